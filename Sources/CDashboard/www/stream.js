// The messages of the host as they come: by a stream if this tab gets one of the browser's three slots, else by pages.
// Emits `items` (messages and gaps), `updates` (messages that became final), `reset`, `newest` while it is held, and
// `unsure` when updates were missed.

import { base, call, lines, Problem } from "./api.js";
import { say } from "./dom.js";
import { check, connected, readingBy } from "./link.js";
import { emit, listen } from "./state.js";

const slots = 3;
const pause = 100;
let query = {};
let after;
let reader;
let held = false;

/** Reads messages after a sequence, filtered by the server with `wanted`; without a sequence, reads no more. */
export const read = (from, wanted = {}) => {
  after = from;
  query = wanted;
  restart();
};

/** Stops reading, or goes on after the last message that came: what the journal drops meanwhile becomes a gap. */
export const hold = on => {
  if (held === on) return;
  held = on;
  restart();
};

/** One page of summaries after a sequence. */
export const page = (from, { limit = 1000, ...rest } = {}, signal) =>
  call(`${base()}/messages?${new URLSearchParams({ view: "summary", after: from, limit, ...rest })}`, { signal });

/** Begins to follow the link: no stream while the service is gone or the tab is hidden. */
export const mount = () => listen("link", ({ hidden }) => {
  if (hidden || !connected()) stop();
  else if (!reader) restart();
});

const stop = () => {
  reader?.abort();
  reader = undefined;
};

const restart = () => {
  stop();
  if (after === undefined || !connected() || document.hidden) return;
  const mine = new AbortController();
  reader = mine;
  run(mine.signal).catch(error => {
    if (mine.signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    say(`${error.title}: ${error.detail} Trying again in 5 s.`);
    setTimeout(() => {
      if (reader === mine) restart();
    }, 5000);
  });
};

const run = async signal => {
  while (!signal.aborted) {
    const full = held || await withSlot(signal, () => stream(signal));
    if (full) await pages(signal);
    // A stream ends with its host.
    else if (!signal.aborted) await check();
  }
};

// Calls the action while this tab holds a slot. True if there is none.
const withSlot = async (signal, action) => {
  if (!navigator.locks) return true;
  for (let slot = 0; slot < slots && !signal.aborted; slot += 1) {
    const taken = await navigator.locks.request(`wdfilterd stream ${slot}`, { ifAvailable: true },
      lock => (lock ? action().then(full => ({ full })) : undefined));
    if (taken) return taken.full;
  }
  return true;
};

// True if the service has no room for another stream.
const stream = async signal => {
  const batch = { items: [], updates: [] };
  let timer;
  const flush = () => {
    timer = undefined;
    if (signal.aborted) return;
    const { items, updates } = batch;
    Object.assign(batch, { items: [], updates: [] });
    deliver(items, updates);
  };
  const line = value => {
    if (value.update) batch.updates.push(value.update);
    else if (value.updatesMissed) emit("unsure");
    else if (value.reset) {
      Object.assign(batch, { items: [], updates: [] });
      anew();
    }
    else batch.items.push(value);
  };
  const path = `${base()}/messages?${new URLSearchParams({ view: "summary", updates: true, after, ...query })}`;
  const opened = () => {
    readingBy("live");
    emit("unsure");
  };
  try {
    await lines(path, { signal, opened, line, rest: () => {
      timer ??= setTimeout(flush, pause);
    } });
    return false;
  } catch (error) {
    if (error.type === "/problems/limit-reached") return true;
    throw error;
  } finally {
    clearTimeout(timer);
    flush();
  }
};

// Asks for pages each second, for half a minute; then a slot may be free.
const pages = async signal => {
  readingBy("polling");
  for (let turn = 0; turn < 30 && !signal.aborted; turn += 1) {
    if (held) emit("newest", (await page(after, { limit: 1 }, signal)).newest);
    else await newPages(signal);
    await new Promise(resolve => {
      setTimeout(resolve, 1000);
    });
  }
};

const newPages = async signal => {
  let more = true;
  while (more) {
    const { items, oldest, newest, next } = await page(after, query, signal);
    if (newest < after) {
      anew();
      return;
    }
    const gap = after > 0 && oldest > after + 1 ? [{ gap: { first: after + 1, last: oldest - 1 } }] : [];
    deliver([...gap, ...items], []);
    more = next !== undefined;
    after = Math.max(after, Number(more ? next : newest));
  }
};

const anew = () => {
  after = 0;
  emit("reset");
};

const deliver = (items, updates) => {
  if (items.length) {
    const last = items.at(-1);
    after = last.sequence ?? last.gap.last;
    emit("items", items);
  }
  if (updates.length) emit("updates", updates);
};
