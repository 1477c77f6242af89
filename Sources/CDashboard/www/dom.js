// The only place that makes elements. Text gets in here as text, never as markup (UIS-4).

import { visible } from "./words.js";

const names = "autocomplete checked disabled for hidden href id label list max maxlength min name open pattern"
  + " placeholder popover required role rows scope selected spellcheck step tabindex title type value";
const allowed = new RegExp(`^(aria-[a-z]+|data-[a-z-]+|${names.replaceAll(" ", "|")})$`);

/** The first element that a selector finds. */
export const $ = (selector, within = document) => within.querySelector(selector);

/**
 * Makes an element. `attributes` are names of the list above; false and undefined leave one out. `class` is a string,
 * `text` becomes visible text, `on` has listeners by event; children are elements, strings, and lists of them.
 */
export const el = (tag, { attributes = {}, class: classes, text, on = {} } = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) attribute(node, name, value);
  if (classes) node.className = classes;
  if (text !== undefined) node.textContent = visible(text);
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...content(children));
  return node;
};

/** Sets an attribute of the list, or removes it if the value is undefined or, but for `aria-` ones, false. */
export const attribute = (node, name, value) => {
  if (!allowed.test(name)) throw new TypeError(`attribute ${name} is not allowed`);
  if (name === "href" && !/^(\/(?!\/)|[#?])/.test(value)) throw new TypeError(`link ${value} leaves the page's origin`);
  const aria = name.startsWith("aria-");
  if (value === undefined || value === null || (value === false && !aria)) {
    node.removeAttribute(name);
    return;
  }
  const text = value === true && !aria ? "" : String(value);
  const shown = /^(value|href|pattern)$/.test(name) ? text : visible(text);
  if (node.getAttribute(name) !== shown) node.setAttribute(name, shown);
};

/** Replaces what an element holds by elements, strings, and lists of them. */
export const fill = (node, ...children) => node.replaceChildren(...content(children));

/** Replaces the text of an element, if it differs. */
export const put = (node, text) => {
  const shown = visible(text);
  if (node.textContent !== shown) node.textContent = shown;
};

/** Text of several lines: the line breaks stay, everything else of it is visible. */
export const lines = text => text.split("\n").map(visible).join("\n");

let focused;

/** Remembers what has the focus within an element that cannot have it now. */
export const keepFocus = node => {
  if (node.contains(document.activeElement)) focused = document.activeElement;
};

/** Gives it back, unless something else has it. */
export const restoreFocus = node => {
  if (document.activeElement === document.body && node.contains(focused)) focused.focus();
};

/** Writes to the status line, which screen readers announce. */
export const say = text => put($("#status"), text);

const content = children => children.flat(Infinity)
  .filter(child => child !== undefined && child !== null && child !== false)
  .map(child => (child instanceof Node ? child : visible(child)));
