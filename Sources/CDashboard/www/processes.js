// The processes of the host: all pages once, then what changed; and for a few seconds what is new, gone or cleared.

import { base, call } from "./api.js";
import { every } from "./link.js";
import { shown as journal } from "./journal.js";
import { first } from "./parts.js";
import { emit, listen } from "./state.js";
import { baseName, open } from "./words.js";

const page = 1000;
const most = 10000;
const brief = 5000;
const long = 10000;

let known = new Map();
let waiting = new Map();
let revision;
let full = false;
let loop;

/** The processes by pid, each with `cleared` rules and perhaps `fresh` or `gone`: when these marks end. */
export const all = () => known;

/** Whether the host has more processes than are kept here. */
export const capped = () => full;

/** Reads now what changed. */
export const refresh = () => loop.now();

/** A process as people write it: its pid and image, unless the process that had the pid at a time is another one. */
export const nameOf = (pid, time) => {
  const process = known.get(pid);
  return process && !(time < process.creationTime) ? `${pid} ${baseName(process.imageFileName)}` : String(pid);
};

const after = duration => performance.now() + duration;

// A process as it came, with the marks of the one that it replaces.
const put = (process, fresh) => {
  const { processId: pid, creationTime, rules } = process;
  if (full && !known.has(pid)) return;
  const same = known.get(pid)?.creationTime === creationTime ? known.get(pid) : undefined;
  const cleared = same?.cleared ?? new Map();
  for (const rule of same?.rules ?? []) cleared.set(rule, cleared.get(rule) ?? after(long));
  for (const rule of rules) cleared.delete(rule);
  known.set(pid, { ...process, cleared, fresh: same ? same.fresh : fresh && after(brief) });
};

const load = async signal => {
  const found = new Map();
  known = found;
  full = false;
  revision = undefined;
  let cursor;
  let begun;
  do {
    const answer = await call(`${base()}/processes?limit=${page}${cursor ? `&cursor=${cursor}` : ""}`, { signal });
    if (known !== found) return;
    begun ??= answer.revision;
    for (const process of answer.items) put(process, false);
    cursor = answer.next;
  } while (cursor && known.size < most);
  full = Boolean(cursor);
  revision = begun;
};

const follow = async signal => {
  const answer = await call(`${base()}/processes?changedAfter=${revision}&limit=${page}`, { signal });
  if (!answer.complete) {
    await load(signal);
    return;
  }
  for (const { processId, creationTime } of answer.removed) {
    const gone = known.get(processId);
    if (gone?.creationTime === creationTime) known.set(processId, { ...gone, gone: after(brief) });
  }
  for (const process of answer.items) put(process, true);
  ({ revision } = answer);
  if (answer.items.length + answer.removed.length >= page) await follow(signal);
};

const expire = () => {
  const time = performance.now();
  for (const [pid, process] of known) {
    if (process.gone < time) known.delete(pid);
    if (process.fresh < time) process.fresh = undefined;
    for (const [rule, end] of process.cleared) if (end < time) process.cleared.delete(rule);
  }
};

// An acknowledgment clears a rule of the process that the message is about; a stream's rule is not the process's. A rule
// that is armed here may have been cleared or set again meanwhile: only the service knows.
const clear = ({ clearedRule: rule }, { processId, time } = {}) => {
  const process = known.get(processId);
  if (!rule || !process || time < process.creationTime) return;
  if (!process.rules.includes(rule)) process.cleared.set(rule, after(long));
  loop.now();
};

/** Begins to read; `processes` is sent after each answer. */
export const mount = () => {
  loop = every(1000, async signal => {
    await (revision === undefined ? load : follow)(signal);
    expire();
    emit("processes");
  });
  listen("host", () => {
    [known, waiting, revision] = [new Map(), new Map(), undefined];
    loop.now();
  });
  listen("items", messages => {
    for (const message of messages) {
      if (message.kind !== "sync" || message.operation === "NewImageLoadPerStream") continue;
      if (open(message)) waiting.set(message.sequence, message);
      else if (message.sequence > journal.opened) clear(message, message);
    }
  });
  listen("updates", updates => {
    for (const update of updates) {
      clear(update, waiting.get(update.sequence));
      waiting.delete(update.sequence);
    }
  });
  return first("processes");
};
