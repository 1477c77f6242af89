// What the views have in common: buttons, lists of facts, options, and calls whose refusal is said in the status line.

import { Problem } from "./api.js";
import { attribute, el, say } from "./dom.js";
import { barred, connected } from "./link.js";
import { listen, set } from "./state.js";

/** A button that does something when it is pressed. */
export const button = (text, click, attributes) =>
  el("button", { text, attributes: { type: "button", ...attributes }, on: { click } });

/** A button that looks like a link, because it leads somewhere in the page. */
export const link = (text, click, attributes) => {
  const made = button(text, click, attributes);
  made.className = "plain";
  return made;
};

/** A link to a message. */
export const messageLink = (text, sequence) => link(text, () => set({ m: sequence }, { push: true }));

/** Options of a select, from pairs of value and text. */
export const options = pairs =>
  pairs.map(([value, text, title]) => el("option", { text, attributes: { value, title } }));

/** Names with their values; those without a value are left out. */
export const facts = rows => el("dl", { class: "facts" }, ...rows
  .filter(([, value]) => value !== undefined && value !== "" && value !== false)
  .flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })]));

/** Disables a control for a reason, a sentence in its title; "" enables it and shows `title`. */
export const block = (control, reason, title) => {
  attribute(control, "disabled", reason !== "");
  attribute(control, "title", reason || title);
};

/** Disables a control that this role may not use, or that cannot be used now. */
export const blockFor = (role, control, reason = "", title = undefined) => block(control, barred(role) || reason, title);

/** The first news of a signal, or that there can be none. */
export const first = signal => new Promise(resolve => {
  listen(signal, resolve);
  listen("link", () => connected() || resolve());
});

/** Runs an action; if the service refuses, says why. Returns what the action returned, if it did. */
export const attempt = async (action, refused = say) => {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    refused(error.detail, error);
    return undefined;
  }
};
