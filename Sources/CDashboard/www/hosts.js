// Chooses a host, and offers others when there is none or it was deleted.

import { call, curlOf } from "./api.js";
import { openDialog } from "./dialog.js";
import { $, el, fill, put } from "./dom.js";
import { key } from "./keys.js";
import { check, connected, select } from "./link.js";
import { attempt, button } from "./parts.js";
import { get, listen, set } from "./state.js";

const many = 100;
const pause = 5000;
let again;

const list = cursor => call(`/v1/hosts?limit=${many}${cursor ? `&cursor=${cursor}` : ""}`);

/** Connects the chooser. */
export const mount = () => {
  $("#host").addEventListener("click", choose);
  key("h", "hosts", choose);
  listen("link", ({ state }) => {
    if (state === "deleted") attempt(find);
    else if (state !== "gone") $("#notice").hidden = true;
  });
};

/** Looks for the selected host, or selects one. If there is none, says so, offers others, and looks again. */
export const find = async () => {
  clearTimeout(again);
  again = setTimeout(() => !connected() && !document.hidden && find(), pause);
  const { items } = await list();
  const host = get("host");
  const found = items.find(({ name }) => name === (host ?? "default")) ?? (host ? undefined : items[0]);
  if (found) {
    set({ host: found.name });
    check();
    return;
  }
  fill($("#notice"), host ? `The host ${host} does not exist. ` : "There is no host. ",
    items.length ? ["Others: ", items.slice(0, 8).map(({ name }) => [button(name, () => select(name)), " "])]
      : ["Make one: ", el("code", { text: curlOf("PUT", "/v1/hosts/default", {}) })]);
  $("#notice").hidden = false;
};

const choose = async () => {
  const field = el("input", { attributes: { type: "search", "aria-label": "Search hosts", placeholder: "search" } });
  const found = el("ul", { class: "hosts" });
  const note = el("p", { attributes: { role: "status" } });
  const dialog = openDialog("hosts-dialog", "Hosts", field, found, note);
  const known = [];
  const show = () => {
    const fitting = known.filter(({ name }) => name.includes(field.value.trim()));
    fill(found, fitting.slice(0, many).map(({ name, engine }) => el("li", {}, button(name, () => {
      dialog.close();
      select(name);
    }, { "aria-current": name === get("host") }), ` engine ${engine.type}`)));
    put(note, fitting.length > many ? `The first ${many} of ${fitting.length}; search for more.`
      : `${fitting.length} of ${known.length}`);
  };
  field.addEventListener("input", show);
  field.focus();
  for (let next = ""; dialog.open && next !== undefined;) {
    const page = await list(next).catch(() => ({ items: [] }));
    known.push(...page.items);
    next = page.next;
    show();
  }
};
