// Chooses a host, and offers others if it does not exist or was deleted. Where several instances serve one address,
// nobody lists all hosts, so the user names one.

import { call, curlOf } from "./api.js";
import { form, openDialog } from "./dialog.js";
import { $, el, fill, put } from "./dom.js";
import { key } from "./keys.js";
import { check, connected, hostless, select, unname } from "./link.js";
import { attempt, button } from "./parts.js";
import { get, listen, set } from "./state.js";

const many = 100;
const pause = 5000;
const instances = "Several instances serve this address. ";
let again;
let several = false;
let asked;

// A page of hosts; empty if several instances serve the address.
const list = async cursor => {
  try {
    if (!several) return await call(`/v1/hosts?limit=${many}${cursor ? `&cursor=${cursor}` : ""}`);
  } catch (error) {
    if (error.type !== "/problems/one-instance") throw error;
    several = true;
  }
  return { items: [] };
};

/** Connects the chooser. */
export const mount = () => {
  $("#host").addEventListener("click", choose);
  key("h", "hosts", choose);
  listen("unnamed", () => attempt(find));
  listen("link", ({ state }) => {
    if (hostless()) attempt(find);
    else if (state !== "gone") $("#notice").hidden = true;
  });
};

/** Looks for the selected host, or selects one. If there is none, says so, offers others, and looks again. */
export const find = async () => {
  clearTimeout(again);
  again = setTimeout(() => !connected() && !document.hidden && attempt(find), pause);
  const host = get("host");
  const { items, next } = await list();
  if (host !== get("host") || connected()) return;
  if (several) {
    await (host ? check() : unname());
    if (hostless()) ask();
    return;
  }
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
  // It may be on another page.
  if (host && next) check();
};

// Leaves alone what the user types meanwhile.
const ask = () => {
  const notice = $("#notice");
  const text = hostless() === "unnamed" ? instances : `The host ${get("host")} does not exist. `;
  if (!notice.hidden && text === asked) return;
  asked = text;
  fill(notice, text, naming(select));
  notice.hidden = false;
  if (document.activeElement === document.body) $("input", notice).focus();
};

const naming = named => form("Name a host:", { autocomplete: "off", spellcheck: "false" }, "Open", named);

const choose = async () => {
  const field = el("input", { attributes: { type: "search", "aria-label": "Search hosts", placeholder: "search" } });
  const found = el("ul", { class: "hosts" });
  const note = el("p", { attributes: { role: "status" } });
  const dialog = openDialog("hosts-dialog", "Hosts", field, found, note);
  const go = name => {
    dialog.close();
    select(name);
  };
  const known = [];
  const show = () => {
    const fitting = known.filter(({ name }) => name.includes(field.value.trim()));
    fill(found, fitting.slice(0, many).map(({ name, engine }) => el("li", {},
      button(name, () => go(name), { "aria-current": name === get("host") }), ` engine ${engine.type}`)));
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
  if (!several || !dialog.open) return;
  openDialog("hosts-dialog", "Hosts", el("p", { text: instances }), naming(go));
  Object.assign($("input", dialog), { value: field.value }).focus();
};
