// What somebody typed into a box to choose or type in is kept when the box is left, by Tab or by a
// tap elsewhere, as Enter would have kept it. Where nothing was typed, or what stands there already,
// nothing is chosen: the list leaves out what stands there, and marks somebody else.

const KEPT_LISTENS = "chairsideKept";
const OFFERED_LOOK_MS = 50;
const OFFERED_LOOKS = 40;
const stood = new WeakMap(); // what stood in a box before it was opened

const isBox = (element) => element.getAttribute?.("role") === "combobox";
const sameText = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

function marked(page, box) {
  const id = box.getAttribute("aria-activedescendant");
  return id ? page.getElementById(id)?.innerText.trim() ?? "" : "";
}

/** Say whether the list marks what was typed: what Enter takes would be that. */
function isOffered(page, box) {
  return isBox(box) && Boolean(box.value.trim()) && marked(page, box).endsWith(box.value.trim());
}

/** Say whether nothing new stands in a box: Enter would take somebody whom nobody named. */
function isAsItStood(box) {
  return !box.value.trim() || sameText(box.value, stood.get(box) ?? "");
}

function press(box, key) {
  box.dispatchEvent(new KeyboardEvent("keydown", { key, code: key, bubbles: true, cancelable: true }));
}

function keep(page, box) {
  if (!isOffered(page, box) || isAsItStood(box)) return;
  press(box, "Enter");
}

/** Say whether what the list marks is what was typed, or begins with it. */
function isMeant(page, box) {
  return marked(page, box).toLowerCase().includes(box.value.trim().toLowerCase());
}

/** Press Enter once the list marks what was typed, as long as that is what stands there. */
function enterWhenOffered(page, box, typed = box.value, looks = OFFERED_LOOKS) {
  if (box.value !== typed || looks === 0) return;
  if (isMeant(page, box)) press(box, "Enter");
  else setTimeout(() => enterWhenOffered(page, box, typed, looks - 1), OFFERED_LOOK_MS);
}

/** Take no Enter that would choose what was neither typed nor sought by the arrow keys. */
function guard(page, event) {
  const box = event.target;
  if (!event.isTrusted || box.dataset.sought || box.getAttribute("aria-expanded") !== "true") return;
  const isOld = isAsItStood(box);
  if (!isOld && isMeant(page, box)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isOld) box.blur();
  else enterWhenOffered(page, box);
}

function remember(event) {
  const box = event.target;
  if (!isBox(box) || box.getAttribute("aria-expanded") === "true") return;
  stood.set(box, box.value);
  delete box.dataset.sought;
}

function keepWhatIsTyped(page) {
  if (page.documentElement.dataset[KEPT_LISTENS]) return;
  page.documentElement.dataset[KEPT_LISTENS] = "1";
  for (const kind of ["focusin", "pointerdown", "keydown"]) page.addEventListener(kind, remember, true);
  page.addEventListener("keydown", (event) => {
    if (!isBox(event.target)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") event.target.dataset.sought = "1";
    if (event.key === "Tab") keep(page, event.target);
    if (event.key === "Enter") guard(page, event);
  }, true);
  page.addEventListener("focusout", (event) => keep(page, event.target), true);
}

keepWhatIsTyped(document);
