// Reads the journal into the store: from near its end, then what comes, by a stream if this tab gets one of the three
// slots of the browser, else by a page each second; and older messages when they are needed. Emits `listed` when lines
// changed, `items` and `updates` as they come, and `reset`.

import { base, call, givenUp, lines, Problem } from "./api.js";
import { parse } from "./filter.js";
import { check, connected, every, readingBy } from "./link.js";
import { emit, get, listen } from "./state.js";
import { block, Store } from "./store.js";
import { vocabulary } from "./vocabulary.js";
import { open } from "./words.js";

const opening = 1000;
const slots = 3;
const batch = 100;
const patience = 30000;
const wanted = new Set();
let loop;
let after;
let held = false;
let reader;
let retry = 0;
let suspect = false;
let during;
let operations;
let note;

/** The lines of the list. */
export const store = new Store();

/** What the list shows: the filter, the span of the plot, the newest sequence now and at first, and if it has begun. */
export const shown = { filter: parse(""), span: undefined, newest: 0, opened: 0, begun: false };

/** Begins to read again. `why` is a line that says why. */
export const begin = why => {
  note = why;
  shown.begun = false;
  after = undefined;
  close();
  store.clear();
  listed();
  loop.restart();
};

/** Applies a filter that changed. True if the journal has to be read again, because the server filters otherwise. */
export const sift = async () => {
  const before = JSON.stringify(shown.filter.query);
  await readFilter();
  if (JSON.stringify(shown.filter.query) !== before) return true;
  applyFilter();
  listed();
  loop.now();
  return false;
};

/** Stops reading, or goes on after the last message that came: what the journal drops meanwhile becomes a gap. */
export const hold = value => {
  if (held === value) return;
  held = value;
  if (held) close();
  loop.now();
};

/** How many messages the journal has that a held list does not. */
export const behind = () => (held && after !== undefined ? shown.newest - after : 0);

/** Asks for an older message. */
export const want = ({ sequence }) => {
  wanted.add(Math.floor((sequence - 1) / block));
  loop.now();
};

/** Begins to read. `seen` gives the lines that can be seen. */
export const mount = seen => {
  loop = every(1000, signal => tick(signal, seen));
  listen("link", ({ hidden }) => {
    if (hidden || !connected()) close();
  });
};

const listed = () => emit("listed");

const close = () => {
  reader?.abort();
  reader = undefined;
};

const page = async (from, more, signal) => {
  const query = new URLSearchParams({ view: "summary", after: from, limit: opening, ...more });
  const answer = await call(`${base()}/messages?${query}`, { signal });
  signal.throwIfAborted();
  store.oldest = Math.max(store.oldest, answer.oldest);
  return answer;
};

// Pages are read one after the other. Updates that come meanwhile are newer than the pages, so they are applied again.
const tick = async (signal, seen) => {
  const mine = [];
  during = mine;
  try {
    if (!shown.begun) await start(signal);
    if (after !== undefined && !held) {
      if (!reader && Date.now() > retry) openStream();
      if (!reader) await readNew(signal);
    }
    // A filter may hide just those lines that are stale.
    const all = suspect || (!reader && !shown.filter.empty);
    suspect = false;
    await reread(all ? store.lines : seen(), signal);
    await readOlder(signal);
  } finally {
    if (during === mine) {
      apply(mine);
      during = undefined;
    }
  }
};

const start = async signal => {
  await readFilter();
  const { newest } = await page(0, { limit: 1 }, signal);
  Object.assign(shown, { newest, opened: newest });
  store.closed = shown.span !== undefined || Object.keys(shown.filter.query).length > 0;
  applyFilter();
  if (note) store.append([{ note }]);
  if (shown.span) await readSpan(signal);
  else after = await beginning(newest, signal);
  shown.begun = true;
  listed();
};

const readFilter = async () => {
  if (/\bop:/.test(get("q")) && !operations) {
    const { syncOperations, asyncOperations } = await vocabulary();
    operations = new Map([...syncOperations, ...asyncOperations].map(({ name }) => [name.toLowerCase(), name]));
  }
  shown.filter = parse(get("q"), operations);
};

const applyFilter = () => {
  store.filter = shown.filter.empty ? undefined : shown.filter.matches;
};

// Near the end, but far enough from it that there is something to see of what the server filters.
const beginning = async (newest, signal) => {
  if (!store.closed) return Math.max(0, newest - opening);
  for (let back = 16 * opening; newest - back > store.oldest; back *= 8) {
    const query = new URLSearchParams({ after: newest - back, ...shown.filter.query });
    const { count } = await call(`${base()}/messages/count?${query}`, { signal });
    if (count >= opening) return newest - back;
  }
  return 0;
};

// A span of the plot is over, so it is read by pages.
const readSpan = async signal => {
  const [since, until] = [shown.span.from, shown.span.to].map(time => new Date(time).toISOString());
  for (let from = 0; from !== undefined && !store.full;) {
    const { items, next } = await page(from, { ...shown.filter.query, since, until }, signal);
    store.append(items);
    from = next;
  }
};

const openStream = async () => {
  const mine = new AbortController();
  reader = mine;
  let full = true;
  try {
    for (let slot = 0; full && navigator.locks && slot < slots; slot += 1) {
      full = await navigator.locks.request(`wdfilterd stream ${slot}`, { ifAvailable: true },
        lock => lock === null || stream(mine.signal));
    }
  } catch (error) {
    if (!(error instanceof Problem) && !givenUp(error)) throw error;
    full = error.type === "/problems/limit-reached";
  }
  if (reader !== mine) return;
  reader = undefined;
  if (full) {
    retry = Date.now() + patience;
    readingBy("polling");
    loop.now();
  } else {
    check();
  }
};

const stream = async signal => {
  let items = [];
  let updates = [];
  let timer;
  const flush = () => {
    const [told, changed] = [items, updates];
    [items, updates, timer] = [[], [], undefined];
    if (signal.aborted) return;
    if (told.length) take(told);
    if (changed.length) update(changed);
  };
  const line = value => {
    if (value.update) updates.push(value.update);
    else if (value.updatesMissed) suspect = true;
    else if (value.reset) {
      [items, updates] = [[], []];
      anew();
    } else items.push(value);
    timer ??= setTimeout(flush, batch);
  };
  const opened = () => {
    suspect = true;
    readingBy("live");
  };
  const query = new URLSearchParams({ view: "summary", updates: true, after, ...shown.filter.query });
  try {
    await lines(`${base()}/messages?${query}`, { signal, opened, line });
  } finally {
    clearTimeout(timer);
    flush();
  }
  return false;
};

const readNew = async signal => {
  for (let more = true; more;) {
    const { items, oldest, newest, next } = await page(after, shown.filter.query, signal);
    if (newest < after) {
      anew();
      return;
    }
    const gap = after > 0 && oldest > after + 1 ? [{ gap: { first: after + 1, last: oldest - 1 } }] : [];
    take([...gap, ...items]);
    more = next !== undefined;
    after = Math.max(after, Number(next ?? newest));
  }
};

const anew = () => {
  after = 0;
  emit("reset");
};

const take = items => {
  if (!items.length) return;
  store.append(items);
  const last = items.at(-1);
  after = last.sequence ?? last.gap.last;
  shown.newest = Math.max(shown.newest, after);
  emit("items", items);
  listed();
};

const update = updates => {
  during?.push(...updates);
  apply(updates);
  emit("updates", updates);
};

const apply = updates => {
  for (const { sequence, ...news } of updates) Object.assign(store.get(sequence) ?? {}, news);
  if (!shown.filter.empty) store.refilter();
  listed();
};

// No update says that a message was taken from the queue, and without a stream there are no updates. So what can change
// is read again; what has left the journal meanwhile stays unknown. Each page also says how far the journal goes.
const reread = async (seen, signal) => {
  const pending = seen.filter(line => line.delivery && open(line));
  do {
    const first = pending[0]?.sequence ?? shown.newest + 1;
    const limit = Math.min(opening, (pending.at(-1)?.sequence ?? first) - first + 1);
    const { items, oldest, newest } = await page(first - 1, { limit }, signal);
    shown.newest = Math.max(shown.newest, newest);
    apply(items);
    while (pending.length && pending[0].sequence < Math.max(oldest, first + limit)) {
      const line = pending.shift();
      if (line.sequence < oldest && open(line)) line.delivery = "unknown";
    }
  } while (pending.length);
};

// With a filter, older messages of the journal are read until the tab is full, so that the filter finds them.
const readOlder = async signal => {
  for (const number of [...wanted].slice(-2)) {
    const { items } = await page(number * block, { limit: block }, signal);
    store.keep(number, items);
  }
  wanted.clear();
  while (!shown.filter.empty && !store.full && store.missing > 0) {
    const first = store.oldest + store.missing;
    const from = Math.max(store.oldest, first - opening);
    const { items } = await page(from - 1, { limit: first - from }, signal);
    store.prepend(items.filter(item => item.sequence < first));
    listed();
  }
};
