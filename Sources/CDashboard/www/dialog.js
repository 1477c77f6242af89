// Dialogs, copying, and going to a sequence.

import { $, el, fill, say } from "./dom.js";

/** Opens a dialog with a title, content and a button that closes it; Escape closes it too. */
export const openDialog = (id, title, ...content) => {
  const dialog = $(`#${id}`);
  const close = el("button", { text: "Close", attributes: { type: "button" }, on: { click: () => dialog.close() } });
  fill(dialog, el("h2", { text: title, attributes: { id: `${id}-title` } }), ...content, el("p", {}, close));
  if (!dialog.open) dialog.showModal();
  return dialog;
};

/** A form whose submission calls back with its first field; the page sends no forms. */
export const form = (submit, ...content) => el("form", { on: { submit: event => {
  event.preventDefault();
  submit($("input", event.target));
} } }, ...content);

/** Copies text and says so. Without a secure context, browsers need a selection for it. */
export const copy = async (text, what) => {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
    } else {
      const area = el("textarea", { attributes: { readonly: true } });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(`Copied ${what}.`);
  } catch {
    say(`The browser did not allow copying ${what}.`);
  }
};

/** Asks for a sequence. */
export const askSequence = (newest, go) => {
  const field = el("input", { attributes: { type: "number", min: 1, max: newest, required: true, id: "goto-sequence" } });
  const dialog = openDialog("goto", "Go to a message", form(() => {
    dialog.close();
    go(Number(field.value));
  }, el("label", { attributes: { for: "goto-sequence" }, text: "Sequence " }), field, " ",
  el("button", { text: "Go", attributes: { type: "submit" } })));
  field.focus();
};
