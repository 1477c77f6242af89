// What the views have in common: controls, lists, and calls whose refusal is said in the status line.

import { givenUp, Problem } from "./api.js";
import { attribute, el, fill, keepFocus, restoreFocus, say } from "./dom.js";
import { lessons } from "./lessons.js";
import { connected } from "./link.js";
import { listen, set } from "./state.js";

/** A button that does something when it is pressed. */
export const button = (text, click, attributes) =>
  el("button", { text, attributes: { type: "button", ...attributes }, on: { click } });

/** The button that sends a form. */
export const submit = text => el("button", { text, attributes: { type: "submit" } });

/** A button that looks like a link, because it leads somewhere in the page. */
export const link = (text, click, attributes) => {
  const made = button(text, click, attributes);
  made.className = "plain";
  return made;
};

/** A link to a message. */
export const messageLink = (text, sequence) => link(text, () => set({ m: sequence }, { push: true }));

/** A select with options, which are triples of value, text and title. */
export const select = (attributes, options) => el("select", { attributes },
  ...options.map(([value, text, title]) => el("option", { text, attributes: { value, title } })));

/** Names with their values; those without a value are left out. */
export const facts = rows => el("dl", { class: "facts" }, ...rows
  .filter(([, value]) => value !== undefined && value !== "")
  .flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })]));

/** Disables a control for a reason, a sentence in its title; "" enables it, and gives it back the focus that it lost. */
export const block = (control, reason, title) => {
  if (reason) keepFocus(control);
  attribute(control, "disabled", reason !== "");
  attribute(control, "title", reason || title);
  if (!reason) restoreFocus(control);
};

/** Replaces what an element holds, and keeps the place and the control that has the focus. */
export const refill = (node, ...children) => {
  const controls = () => [...node.querySelectorAll("button, input, summary, a")];
  const focused = controls().indexOf(document.activeElement);
  const top = node.scrollTop;
  fill(node, ...children);
  node.scrollTop = top;
  controls()[focused]?.focus();
};

/** Runs an action. If the service refuses, says why, and returns undefined. A call that was given up is silent. */
export const attempt = async (action, refused = say) => {
  try {
    return await action();
  } catch (error) {
    if (givenUp(error)) return undefined;
    if (!(error instanceof Problem)) throw error;
    return refused(error.detail, error);
  }
};

/** Links to the tour and to each lesson. */
export const lessonLinks = () => Object.entries(lessons).map(([name, { title }]) =>
  el("a", { text: title, attributes: { href: `?lesson=${name}` } }));

/** The first news of a signal, or that there can be none. */
export const first = signal => new Promise(resolve => {
  listen(signal, resolve);
  listen("link", () => connected() || resolve());
});
