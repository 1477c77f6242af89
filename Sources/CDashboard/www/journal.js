// Reads the journal into the store: from near its end at first, then as messages come, older ones when they are needed.
// Sends `listed` {before, added} when lines came before or after those that were there.

import { base, call, Problem } from "./api.js";
import { parse } from "./filter.js";
import { connected, every } from "./link.js";
import { emit, get, listen } from "./state.js";
import { Store } from "./store.js";
import { page, read } from "./stream.js";
import { vocabulary } from "./vocabulary.js";
import { open } from "./words.js";

const opening = 1000;
const patience = 2000;
let opened = 0;
let bounded = 0;
let operations;
let turn = new AbortController();
let during;
let again;
let arrived;

/** The lines of the list. */
export const store = new Store();

/** The message of a sequence as the list has it. */
export const found = sequence => store.get(sequence);

/** What the list shows: the filter, the span of the plot, the newest sequence, and whether the journal was read. */
export const shown = { filter: parse(""), span: undefined, newest: 0, begun: false };

/** Begins to read again, with what the server can filter. `note` is a line that says why. */
export const begin = async note => {
  turn.abort();
  turn = new AbortController();
  const { signal } = turn;
  shown.begun = false;
  again = undefined;
  during = undefined;
  read(undefined);
  store.clear();
  listed();
  const done = await carefully(async () => {
    await readFilter();
    const { newest, oldest } = await page(0, { limit: 1 }, signal);
    shown.newest = newest;
    opened = newest;
    store.oldest = oldest;
    store.closed = shown.span !== undefined || Object.keys(shown.filter.query).length > 0;
    applyFilter();
    if (note) store.append([{ note: { after: 0, text: note } }]);
    const from = await start(oldest, newest, signal);
    if (shown.span) await readSpan(signal);
    else read(from, shown.filter.query);
    shown.begun = true;
    listed();
    if (!store.closed && newest > from) await firstItems();
  });
  if (done) backfill();
  else if (!signal.aborted) again = () => begin(note);
};

/** Applies a filter that changed. True if the journal has to be read again, because the server filters otherwise. */
export const sift = async () => {
  const before = JSON.stringify(shown.filter.query);
  await readFilter();
  if (JSON.stringify(shown.filter.query) !== before) return true;
  applyFilter();
  listed();
  backfill();
  return false;
};

/** Asks for the older lines that the store wants. */
export const fetchOlder = () => quietly(async signal => {
  const before = store.before;
  await store.fetchWanted(signal);
  listed({ before: store.before - before });
});

/** Begins to take what the stream brings. `seen` gives the lines that can be seen. */
export const mount = seen => {
  listen("items", take);
  listen("updates", update);
  listen("unsure", () => reread(store.lines));
  // No update says that a message was taken from the queue, or left the journal; without a stream there are no updates.
  every(1000, async () => {
    await reread(seen());
    if (store.before && shown.newest !== bounded) await quietly(bound);
  });
  listen("link", () => {
    if (connected()) again?.();
  });
};

const bound = async signal => {
  const before = store.before;
  bounded = shown.newest;
  store.oldest = Math.max(store.oldest, (await page(0, { limit: 1 }, signal)).oldest);
  listed({ before: store.before - before });
};

const firstItems = () => new Promise(resolve => {
  arrived = resolve;
  setTimeout(resolve, patience);
});

const listed = ({ before = 0, added = 0 } = {}) => emit("listed", { before, added });

const readFilter = async () => {
  const text = get("q");
  if (/\bop:/.test(text) && !operations) {
    const { syncOperations = [], asyncOperations = [] } = await vocabulary();
    operations = new Map([...syncOperations, ...asyncOperations].map(({ name }) => [name.toLowerCase(), name]));
  }
  shown.filter = parse(text, operations);
};

const applyFilter = () => {
  store.filter = shown.filter.empty ? undefined : shown.filter.matches;
};

// Where to begin: near the end, but far enough from it that there is something to see of what the server filters.
const start = async (oldest, newest, signal) => {
  if (!store.closed) return Math.max(0, newest - opening);
  for (let back = 16 * opening; newest - back > oldest; back *= 8) {
    const query = new URLSearchParams({ after: newest - back, ...shown.filter.query });
    const { count } = await call(`${base()}/messages/count?${query}`, { signal });
    if (count >= opening) return newest - back;
  }
  return 0;
};

// A span of the plot is over, so it is read by pages.
const readSpan = async signal => {
  const { from, to } = shown.span;
  const query = { ...shown.filter.query, since: new Date(from).toISOString(), until: new Date(to).toISOString() };
  let after = 0;
  while (after !== undefined && !store.full) {
    const { items, next } = await page(after, query, signal);
    store.append(items);
    after = next;
  }
};

// With a filter, older messages of the journal are read until the tab is full, so that the filter finds them.
const backfill = () => quietly(async signal => {
  while (!shown.filter.empty && !store.full && store.missing > 0) {
    const before = store.count;
    await store.fetchBefore(signal);
    listed({ before: store.count - before });
  }
});

const take = items => {
  const before = store.count;
  const dropped = store.append(items);
  const last = items.at(-1);
  shown.newest = Math.max(shown.newest, last.sequence ?? last.gap.last);
  arrived?.();
  const added = shown.newest > opened ? store.count + dropped - before : 0;
  listed({ before: -dropped, added });
};

const update = updates => {
  during?.push(...updates);
  apply(updates);
};

const apply = updates => {
  for (const { sequence, ...news } of updates) Object.assign(store.get(sequence) ?? {}, news);
  if (!shown.filter.empty) store.refilter();
  listed();
};

// Reads again what may have changed without an update. What has left the journal meanwhile stays unknown.
const reread = lines => quietly(async signal => {
  const pending = lines.filter(line => line.delivery && open(line));
  while (pending.length) {
    const first = pending[0].sequence;
    const { items, oldest } = await page(first - 1, { limit: Math.min(1000, pending.at(-1).sequence - first + 1) }, signal);
    const end = Math.max(oldest, items.at(-1)?.sequence + 1 || 0, first + 1);
    apply(items);
    while (pending.length && pending[0].sequence < end) {
      const line = pending.shift();
      if (line.sequence < oldest && open(line)) line.delivery = "unknown";
    }
  }
});

// Reads pages, one action at a time. Updates that come meanwhile are newer than the pages.
const quietly = async action => {
  if (during) return;
  const mine = [];
  during = mine;
  await carefully(() => action(turn.signal));
  if (during !== mine) return;
  during = undefined;
  apply(mine);
};

// True if the action came to its end; a problem is told by others.
const carefully = async action => {
  const { signal } = turn;
  try {
    await action();
    return true;
  } catch (error) {
    if (!signal.aborted && !(error instanceof Problem)) throw error;
    return false;
  }
};
