// Keys of one letter. They act on the page, never while a field or a dialog has the focus, and can be turned off.

import { openDialog } from "./dialog.js";
import { $, el } from "./dom.js";
import { language } from "./filter.js";
import { lessonLinks } from "./parts.js";

const keys = new Map();
const fields = "input:not([type=checkbox]), textarea, select";
const documents = [["/openapi.yaml", "The API"], ["/problems", "What each error means"]];
const pressed = "button, a, summary, input, [role=tab], [role=menuitem], [role=switch]";

/** Gives a key an action; `text` stands in the help, and alone for keys that a view handles itself. */
export const key = (name, text, action) => keys.set(name, { text, action });

/** Begins to listen to keys. */
export const mount = () => {
  document.addEventListener("keydown", press);
  $("#help-button").addEventListener("click", help);
  key("?", "this help", help);
  key("F6", "next pane", () => pane(1));
  key("Shift+F6", "previous pane", () => pane(-1));
};

const press = event => {
  const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
  const { action } = keys.get(name) ?? {};
  if (!action || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if ($("dialog[open]") || (event.target.matches(fields) && !/F6|Escape/.test(name))) return;
  if (/^( |Enter)$/.test(name) && event.target.closest(pressed)) return;
  if (name.length === 1 && localStorage.getItem("keys") === "off") return;
  event.preventDefault();
  action(event);
};

const pane = step => {
  const panes = [$("#host"), ...document.querySelectorAll("main > section")].filter(node => node.offsetParent);
  const at = panes.findIndex(node => node.contains(document.activeElement));
  panes.at((at + step) % panes.length).focus();
};

const help = () => {
  const letters = el("input", { attributes: { type: "checkbox", checked: localStorage.getItem("keys") !== "off" } });
  letters.addEventListener("change", () => localStorage.setItem("keys", letters.checked ? "on" : "off"));
  openDialog("help", "Keys",
    table([...keys].map(([name, { text }]) => [name === " " ? "Space" : name, text])),
    el("p", {}, el("label", {}, letters, " One-letter keys")),
    el("h2", { text: "Lessons" }),
    el("ul", {}, lessonLinks().map(item => el("li", {}, item))),
    el("p", {}, documents.map(([href, text]) => [el("a", { text, attributes: { href } }), " "])),
    el("h2", { text: "Filter of the messages: every term must match, and a minus in front negates one" }),
    table(language));
};

const table = rows => el("table", {}, rows.map(([name, text]) => el("tr", {},
  el("th", { attributes: { scope: "row" } }, el("kbd", { text: name })), el("td", { text }))));
