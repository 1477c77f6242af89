// Dialogs, and copying.

import { $, el, fill, say } from "./dom.js";
import { button } from "./parts.js";

/** Opens a dialog with a title, content and a button that closes it; Escape closes it too. */
export const openDialog = (id, title, ...content) => {
  const dialog = $(`#${id}`);
  fill(dialog, el("h2", { text: title, attributes: { id: `${id}-title` } }), content,
    el("p", {}, button("Close", () => dialog.close())));
  if (!dialog.open) dialog.showModal();
  return dialog;
};

/** A form of one field with a label, whose submission calls back with its value; the page sends no forms. */
export const form = (label, attributes, action, submit) => {
  const field = el("input", { attributes: { required: true, ...attributes } });
  return el("form", { on: { submit: event => {
    event.preventDefault();
    submit(field.value.trim());
  } } }, el("label", {}, `${label} `, field), " ", el("button", { text: action, attributes: { type: "submit" } }));
};

/** Copies text and says so. */
export const copy = async (text, what) => {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
  } catch {
    say(`The browser did not allow copying ${what}: it takes https or localhost.`);
  }
};

/** Asks for a sequence. */
export const askSequence = (newest, go) => {
  const asked = form("Sequence", { type: "number", min: 1, max: newest }, "Go", value => {
    $("#goto").close();
    go(Number(value));
  });
  const dialog = openDialog("goto", "Go to a message", asked);
  $("input", dialog).focus();
};
