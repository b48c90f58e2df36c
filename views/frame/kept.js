// What somebody typed into a box to choose or type in is kept when the box is left, by Tab or by a
// tap elsewhere, as Enter would have kept it. Where nothing was typed, nothing is chosen.

const KEPT_LISTENS = "chairsideKept";

function isOffered(page, box) {
  if (box.getAttribute?.("role") !== "combobox" || !box.value.trim()) return false;
  const marked = page.getElementById(box.getAttribute("aria-activedescendant") ?? "");
  return marked !== null && marked.innerText.trim().endsWith(box.value.trim());
}

function keep(page, box) {
  if (!isOffered(page, box)) return;
  const enter = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
  box.dispatchEvent(new KeyboardEvent("keydown", enter));
}

function keepWhatIsTyped(page) {
  if (page.documentElement.dataset[KEPT_LISTENS]) return;
  page.documentElement.dataset[KEPT_LISTENS] = "1";
  page.addEventListener("keydown", (event) => {
    if (event.key === "Tab") keep(page, event.target);
  }, true);
  page.addEventListener("focusout", (event) => keep(page, event.target), true);
}

keepWhatIsTyped(document);
