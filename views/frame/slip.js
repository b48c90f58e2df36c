// A second tap of a double tap, where the page has put another button under the finger meanwhile,
// is not taken: nothing that nobody meant is charted. The same button twice is the page's own care.

const SLIP_WITHIN_MS = 1000;
const SLIP_WITHIN_PX = 24;
const SLIP_LISTENS = "chairsideSlip";

function isSlip(before, tap) {
  return before !== null
    && tap.at - before.at < SLIP_WITHIN_MS
    && Math.hypot(tap.x - before.x, tap.y - before.y) < SLIP_WITHIN_PX
    && tap.name !== before.name;
}

function watchForSlips(page) {
  if (page.documentElement.dataset[SLIP_LISTENS]) return;
  page.documentElement.dataset[SLIP_LISTENS] = "1";
  let before = null;
  page.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button || event.detail === 0) return;
    const key = button.closest("[class*='st-key-']")?.className.match(/st-key-\S+/)?.[0] ?? "";
    const name = `${key} ${button.innerText}`;
    const tap = { at: performance.now(), x: event.clientX, y: event.clientY, name };
    if (isSlip(before, tap)) {
      event.stopImmediatePropagation();
      event.preventDefault();
    } else {
      before = tap;
    }
  }, true);
}

watchForSlips(document);
