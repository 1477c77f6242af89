// Puts the page together: who this tab is, which host, then each view in its order.

import { self } from "./api.js";
import { hosts, mount as mountHosts, offer } from "./hosts.js";
import * as detail from "./detail.js";
import * as first from "./first.js";
import * as header from "./header.js";
import * as keys from "./keys.js";
import * as link from "./link.js";
import * as list from "./list.js";
import * as menu from "./menu.js";
import * as stream from "./stream.js";
import * as token from "./token.js";
import { get, listen, set } from "./state.js";

const others = ["plot", "worker", "tree", "process", "why", "fire", "engine", "tour"];

const start = async () => {
  for (const part of [link, token, keys, header, stream, detail, menu, first]) part.mount();
  mountHosts();
  const listed = list.mount();
  for (const view of others) {
    const module = await import(`./${view}.js`).catch(() => undefined);
    module?.mount();
  }
  listen("entered", () => chooseHost());
  await self().catch(() => {});
  await chooseHost();
  await listed;
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
};

const chooseHost = async () => {
  if (get("host")) {
    await link.check();
    return;
  }
  const found = await hosts().catch(() => undefined);
  if (!found) return;
  const host = found.items.find(item => item.name === "default") ?? found.items[0];
  if (host) set({ host: host.name });
  else offer();
};

start();
