// Chooses a host, and offers others when there is none or it was deleted.

import { call, curlOf } from "./api.js";
import { $, el, fill, put } from "./dom.js";
import { openDialog } from "./dialog.js";
import { key } from "./keys.js";
import { check, link, select } from "./link.js";
import { get, listen } from "./state.js";

const many = 100;
let again;

/** Lists a page of hosts. */
export const list = cursor => call(`/v1/hosts?limit=${many}${cursor ? `&cursor=${cursor}` : ""}`);

/** Connects the chooser. */
export const mount = () => {
  $("#host").addEventListener("click", chooser);
  key("h", "hosts", chooser);
  listen("link", ({ state }) => {
    if (state === "deleted") offer();
    else if (state === "live" || state === "polling") $("#notice").hidden = true;
  });
};

/** Says that there is no such host, and offers the others. */
export const offer = async () => {
  clearTimeout(again);
  const { items } = await list();
  const host = get("host");
  again = setTimeout(() => link() === "deleted" && !document.hidden && offer(), 5000);
  if (items.some(item => item.name === host)) {
    check();
    return;
  }
  fill($("#notice"), host ? `The host ${host} does not exist. ` : "There is no host. ",
    items.length ? "Others: " : "Make one: ",
    items.slice(0, 8).map(({ name }) => [choice(name), " "]),
    items.length ? "" : el("code", { text: curlOf("PUT", "/v1/hosts/default", {}) }));
  $("#notice").hidden = false;
};

const choice = name => el("button", { text: name, attributes: { type: "button" }, on: { click: () => select(name) } });

const chooser = () => {
  const items = el("ul", { class: "hosts" });
  const field = el("input", { attributes: { type: "search", "aria-label": "Search hosts", placeholder: "search" } });
  const note = el("p", { attributes: { role: "status" } });
  const dialog = openDialog("hosts-dialog", "Hosts", field, items, note);
  const known = [];
  let next = "";
  const more = async () => {
    while (dialog.open && next !== undefined) {
      const page = await list(next);
      known.push(...page.items);
      next = page.next;
      show();
    }
  };
  const show = () => {
    const found = known.filter(({ name }) => name.includes(field.value.trim()));
    fill(items, ...found.slice(0, many).map(({ name, engine }) => el("li", {}, el("button", {
      text: name, attributes: { type: "button", "aria-current": name === get("host") && "true" },
      on: { click: () => { dialog.close(); select(name); } },
    }), ` engine ${engine.type}`)));
    put(note, found.length > many ? `The first ${many} of ${found.length}; search for more.` : `${found.length} of ${known.length}`);
  };
  field.addEventListener("input", show);
  field.focus();
  more();
};
