// Puts the page together: who this tab is, which host, then each view in its order.

import { call, self } from "./api.js";
import { get, set } from "./state.js";
import * as link from "./link.js";

const views = ["history", "plot", "worker", "tree", "process", "why", "fire", "engine", "tour"];

const start = async () => {
  link.mount();
  await self().catch(() => {});
  if (!get("host")) {
    const { items } = await call("/v1/hosts?limit=100");
    const host = items.find(item => item.name === "default") ?? items[0];
    set({ host: host.name });
  }
  for (const view of views) {
    const module = await import(`./${view}.js`).catch(() => undefined);
    module?.mount();
  }
  await link.check();
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
};

start();
