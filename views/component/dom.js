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

const SVG = "http://www.w3.org/2000/svg";
const BELL = "M8 1.6c-2.7 0-4.3 2-4.3 4.6v3L2.4 11.4h11.2L12.3 9.2v-3C12.3 3.6 10.7 1.6 8 1.6zM6.4 12.8a1.7 1.7 0 0 0 3.2 0z";

/** Make the crossed bell: an alarm limit is off. */
export function crossedBell() {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("class", "bell");
  const [bell, cross] = [document.createElementNS(SVG, "path"), document.createElementNS(SVG, "path")];
  bell.setAttribute("d", BELL);
  bell.setAttribute("fill", "currentColor");
  cross.setAttribute("d", "M1.5 2.5 14.5 14.5");
  cross.setAttribute("stroke", "currentColor");
  cross.setAttribute("stroke-width", "1.8");
  picture.append(bell, cross);
  return picture;
}
