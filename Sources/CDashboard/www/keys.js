// Keys of one letter. They act on the page, never while a field or a dialog has the focus, and can be turned off.

import { $, el } from "./dom.js";
import { language } from "./filter.js";
import { openDialog } from "./dialog.js";

const keys = new Map();
const fields = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const pressed = "button, a, summary, input, [role=tab], [role=menuitem], [role=switch]";

/** Gives a key an action; `text` stands in the help. Names of keys are those of the browser, with Shift+ for Enter. */
export const key = (name, text, action) => keys.set(name, { text, action });

/** Begins to listen to keys. */
export const mount = () => {
  document.addEventListener("keydown", press);
  $("#help-button").addEventListener("click", help);
  key("?", "this help", help);
  key("F6", "next pane", () => pane(1));
  key("Shift+F6", "previous pane", () => pane(-1));
};

const nameOf = event => (event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key);

const press = event => {
  const name = nameOf(event);
  const found = keys.get(name);
  if (!found || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if ($("dialog[open]") || (event.target.matches(fields) && !/^(Shift\+)?(F6|Escape)$/.test(name))) return;
  if (/^( |Enter)$/.test(name) && event.target.closest(pressed)) return;
  if (name.length === 1 && localStorage.getItem("keys") === "off") return;
  event.preventDefault();
  found.action(event);
};

const pane = step => {
  const panes = [$("#top button"), ...document.querySelectorAll("main > section")].filter(node => node.offsetParent);
  const at = panes.findIndex(node => node.contains(document.activeElement));
  panes.at((at + step + panes.length) % panes.length).focus();
};

const help = () => {
  const rows = [...keys].map(([name, { text }]) => row(el("kbd", { text: name === " " ? "Space" : name }), text));
  const letters = el("input", { attributes: { type: "checkbox", checked: localStorage.getItem("keys") !== "off" } });
  letters.addEventListener("change", () => localStorage.setItem("keys", letters.checked ? "on" : "off"));
  openDialog("help", "Keys",
    el("table", {}, ...rows),
    el("p", {}, el("label", {}, letters, " keys of one letter act")),
    el("h2", { text: "Filter of the messages" }),
    el("table", {}, ...language.map(([term, text]) => row(el("code", { text: term }), text))),
    el("p", {}, "Terms are joined by ", el("em", { text: "and" }), "; a minus in front of one means ", el("em", { text: "not" }),
      ". Quotes keep words together."));
};

const row = (name, text) => el("tr", {}, el("th", { attributes: { scope: "row" } }, name), el("td", { text }));
