// The menu of a row: copy the message in some form, or filter by what it is.

import { base, call, curlOf } from "./api.js";
import { copy } from "./dialog.js";
import { $, el, fill, say } from "./dom.js";
import { store } from "./journal.js";
import { choose, search } from "./list.js";
import { attempt, button } from "./parts.js";
import { get } from "./state.js";

const popup = el("div", { attributes: { id: "row-menu", popover: "auto", role: "menu", "aria-label": "Message" } });

/** Opens the menu on a right click, on the key for it, and with the button of the message. */
export const mount = () => {
  popup.addEventListener("keydown", steer);
  $("#main").append(popup);
  $("#rows").addEventListener("contextmenu", event => {
    const row = event.target.closest("[data-sequence]") ?? $(`#row-${get("m")}`);
    if (!row) return;
    event.preventDefault();
    choose(Number(row.dataset.sequence));
    const box = row.getBoundingClientRect();
    openAt(event.clientX || box.left, event.clientY || box.bottom);
  });
  $("#message-menu").addEventListener("click", ({ target }) => {
    const box = target.getBoundingClientRect();
    openAt(box.left, box.bottom);
  });
};

const openAt = (left, top) => {
  const sequence = Number(get("m"));
  if (!sequence) {
    say("Select a message first.");
    return;
  }
  fill(popup, items(sequence).map(([text, action]) => button(text, () => {
    popup.hidePopover();
    action();
  }, { role: "menuitem" })));
  popup.showPopover();
  popup.style.left = `${Math.max(0, Math.min(left, innerWidth - popup.offsetWidth - 4))}px`;
  popup.style.top = `${Math.max(0, Math.min(top, innerHeight - popup.offsetHeight - 4))}px`;
  popup.firstChild.focus();
};

const items = sequence => {
  const path = `${base()}/messages/${sequence}`;
  const bytes = curlOf("GET", path, undefined, { accept: "application/octet-stream" });
  const { processId, operation } = store.get(sequence) ?? {};
  const add = term => () => search(`${get("q") ?? ""} ${term}`.trim());
  return [
    ["Copy as JSON", () => attempt(async () => copy(JSON.stringify(await call(path), undefined, 2), "the message"))],
    ["Copy as curl", () => copy(curlOf("GET", path), "the command")],
    ["Copy as curl | wdfilterd decode", () => copy(`${bytes} | wdfilterd decode`, "the command")],
    ["Copy a link", () => copy(location.href, "the link")],
    processId !== undefined && ["Only this process", add(`pid:${processId}`)],
    operation && ["Only this operation", add(`op:${operation}`)],
    operation && ["Hide this operation", add(`-op:${operation}`)],
  ].filter(Boolean);
};

const steer = event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...popup.children];
  all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
};
