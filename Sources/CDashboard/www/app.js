// Puts the page together: who this tab is, which host, then each view.

import { self } from "./api.js";
import * as detail from "./detail.js";
import * as engine from "./engine.js";
import * as fire from "./fire.js";
import * as first from "./first.js";
import * as header from "./header.js";
import * as history from "./history.js";
import * as hosts from "./hosts.js";
import * as keys from "./keys.js";
import * as link from "./link.js";
import * as list from "./list.js";
import * as menu from "./menu.js";
import { attempt } from "./parts.js";
import * as plot from "./plot.js";
import * as process from "./process.js";
import * as processes from "./processes.js";
import * as sign from "./sign.js";
import { get, listen } from "./state.js";
import * as tour from "./tour.js";
import * as tree from "./tree.js";
import * as why from "./why.js";
import * as worker from "./worker.js";

const views = [link, sign, keys, header, hosts, list, detail, menu, first, history, processes, plot, worker, tree,
  process, why, fire, engine, tour];

const start = async () => {
  const mounted = views.map(view => view.mount());
  listen("entered", chooseHost);
  await attempt(self);
  await attempt(chooseHost);
  await Promise.all(mounted);
  document.documentElement.dataset.ready = "1";
  performance.mark("ready");
};

const chooseHost = () => (get("host") ? link.check() : hosts.find());

start();
