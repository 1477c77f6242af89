// What is selected, kept in the address so that a link opens the same; and the signals between views.

const names = ["host", "q", "m", "f", "p", "d", "v", "span", "lesson"];
const number = /^\d{1,15}$/;
const positive = /^[1-9]\d{0,14}$/;
const forms = { m: positive, d: positive, p: number, span: number };
const burst = 20;
const quiet = 400;
const watchers = [];
const listeners = {};
let written = 0;
let credit = burst;
let pending;

const read = () => {
  const query = new URL(location).searchParams;
  const fitting = (name, value) => value && (forms[name]?.test(value) ?? true);
  return Object.fromEntries(names.map(name => [name, query.get(name)]).filter(entry => fitting(...entry)));
};

let values = read();

/** The value of a name (host q m f p d v span lesson): a string, or undefined. */
export const get = name => values[name];

/** Changes values; undefined removes one. `push` makes an entry for Back, else the present entry is replaced. */
export const set = (changes, { push = false } = {}) => {
  const changed = Object.keys(changes).filter(name => String(changes[name] ?? "") !== (values[name] ?? ""));
  if (!changed.length) return;
  for (const name of changed) values[name] = String(changes[name] ?? "") || undefined;
  write(push);
  tell(changed);
};

/** Calls back with the values of one name or several, whenever one of them changes. */
export const on = (wanted, callback) => watchers.push({ wanted: [wanted].flat(), callback });

/** Sends a signal to all that listen for it. */
export const emit = (signal, detail) => {
  for (const callback of listeners[signal] ?? []) safely(callback, detail);
};

/** Calls back with the detail of each such signal. */
export const listen = (signal, callback) => (listeners[signal] ??= []).push(callback);

const tell = changed => {
  for (const { wanted, callback } of watchers) {
    if (wanted.some(name => changed.includes(name))) safely(callback, ...wanted.map(get));
  }
};

// A fault in one view keeps no other from its news.
const safely = (callback, ...details) => {
  try {
    callback(...details);
  } catch (error) {
    reportError(error);
  }
};

// Browsers refuse a page that changes its address too often: beyond a burst, several changes become one.
const write = push => {
  credit = Math.min(burst, credit + (Date.now() - written) / quiet);
  written = Date.now();
  clearTimeout(pending?.timer);
  pending = { push: push || (pending?.push ?? false) };
  if (credit >= 1) commit();
  else pending.timer = setTimeout(commit, quiet);
};

const commit = () => {
  const url = new URL(location);
  for (const name of names) {
    if (values[name] === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, values[name]);
  }
  history[pending.push ? "pushState" : "replaceState"](null, "", url);
  pending = undefined;
  credit = Math.max(0, credit - 1);
};

addEventListener("popstate", () => {
  clearTimeout(pending?.timer);
  pending = undefined;
  const before = values;
  values = read();
  tell(names.filter(name => values[name] !== before[name]));
});
