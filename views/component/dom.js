// Small tools for the page's elements: make, write, mark. Text reaches the page by textContent
// alone, and an element is touched only when what it says has changed.

/** Make an element: tag, class, children or text. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const child of children) element.append(child);
  return element;
}

/** Write text, if it differs. */
export function write(element, text) {
  const said = text ?? "";
  if (element.said === said) return;
  element.said = said;
  element.textContent = said;
}

/** Set or remove an attribute, if it differs; null and undefined remove it. */
export function mark(element, name, value) {
  const marks = (element.marks ??= {});
  const wanted = value === null || value === undefined ? null : String(value);
  if (marks[name] === wanted) return;
  marks[name] = wanted;
  if (wanted === null) element.removeAttribute(name);
  else element.setAttribute(name, wanted);
}

/** Mark what a number is worth: data-value, data-at and data-state. */
export function markNumber(element, value, at, state) {
  mark(element, "data-value", value ?? "");
  mark(element, "data-at", at ?? "");
  mark(element, "data-state", state);
}
