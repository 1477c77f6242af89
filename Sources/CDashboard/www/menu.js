// The menu of a row: copy the message in some form, or filter by what it is.

import { base, call, curlOf } from "./api.js";
import { $, el, fill, say } from "./dom.js";
import { copy } from "./dialog.js";
import { found } from "./journal.js";
import { choose, search } from "./list.js";
import { get } from "./state.js";

let popup;

/** Opens the menu on a right click, on the key for it, and with the button of the message. */
export const mount = () => {
  popup = el("div", { attributes: { id: "row-menu", popover: "auto", role: "menu", "aria-label": "Message" } });
  popup.addEventListener("keydown", steer);
  $("#main").append(popup);
  $("#rows").addEventListener("contextmenu", event => {
    const row = event.target.closest("[data-sequence]") ?? $(`#row-${get("m")}`);
    if (!row) return;
    event.preventDefault();
    choose(Number(row.dataset.sequence));
    const box = row.getBoundingClientRect();
    openAt(event.clientX || box.left + 40, event.clientY || box.bottom);
  });
  $("#message-menu").addEventListener("click", event => {
    const box = event.currentTarget.getBoundingClientRect();
    openAt(box.left, box.bottom);
  });
};

const openAt = (left, top) => {
  const sequence = Number(get("m"));
  if (!sequence) {
    say("Select a message first.");
    return;
  }
  fill(popup, ...items(sequence).map(([text, action]) => el("button", {
    text, attributes: { type: "button", role: "menuitem" }, on: { click: () => { popup.hidePopover(); action(); } } })));
  popup.showPopover();
  popup.style.left = `${Math.max(0, Math.min(left, innerWidth - popup.offsetWidth - 4))}px`;
  popup.style.top = `${Math.max(0, Math.min(top, innerHeight - popup.offsetHeight - 4))}px`;
  popup.firstChild.focus();
};

const items = sequence => {
  const path = `${base()}/messages/${sequence}`;
  const bytes = curlOf("GET", path, undefined, { accept: "application/octet-stream" });
  const line = found(sequence);
  const add = term => () => search([get("q"), term].filter(Boolean).join(" "));
  return [
    ["Copy as JSON", () => call(path).then(message => copy(JSON.stringify(message, undefined, 2), "the message"))
      .catch(problem => say(problem.detail))],
    ["Copy as curl", () => copy(curlOf("GET", path), "the command")],
    ["Copy as curl | wdfilterd decode", () => copy(`${bytes} | wdfilterd decode`, "the command")],
    ["Copy a link", () => copy(location.href, "the link")],
    ...line?.operation ? [
      ["Only this process", add(`pid:${line.processId}`)],
      ["Only this operation", add(`op:${line.operation}`)],
      ["Hide this operation", add(`-op:${line.operation}`)],
    ] : [],
  ];
};

const steer = event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...popup.children];
  all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
};
