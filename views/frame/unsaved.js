// While a form holds what nobody has recorded yet, the browser asks before the page is left or
// loaded anew. A form that was sent, or is no longer there, holds nothing.

const UNSAVED_LISTENS = "chairsideUnsaved";
const FORM = "[data-testid='stForm']";
const SENDS = "[data-testid='stFormSubmitButton'] button";

function watchForUnsaved(page, view) {
  if (page.documentElement.dataset[UNSAVED_LISTENS]) return;
  page.documentElement.dataset[UNSAVED_LISTENS] = "1";
  const unsaved = new Set();
  const typed = (event) => {
    const form = event.target.closest?.(FORM);
    if (form) unsaved.add(form);
  };
  page.addEventListener("input", typed, true);
  page.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.matches(SENDS)) unsaved.delete(button.closest(FORM));
    else if (button) typed(event);
  }, true);
  view.addEventListener("beforeunload", (event) => {
    if (![...unsaved].some((form) => form.isConnected)) return;
    event.preventDefault();
    event.returnValue = "";
  });
}

watchForUnsaved(document, window);
