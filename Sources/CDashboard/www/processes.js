// The processes of the host: all pages once, then what changed; and for a few seconds what is new, gone or cleared.

import { base, call } from "./api.js";
import { every } from "./link.js";
import { first } from "./parts.js";
import { emit, listen } from "./state.js";
import { baseName, open } from "./words.js";

const page = 1000;
const most = 10000;
const lasts = { fresh: 5000, gone: 5000, cleared: 10000 };

let known = new Map();
let waiting = new Map();
let revision;
let full = false;
let loop;

/** The processes by pid, with `fresh` or `gone` (until when) and `cleared` (rules, each until when). */
export const all = () => known;

/** Whether the host has more processes than are kept here. */
export const capped = () => full;

/** A process as people write it: its pid and image. */
export const nameOf = pid => {
  const found = known.get(pid);
  return found ? `${pid} ${baseName(found.imageFileName)}` : String(pid);
};

const until = kind => performance.now() + lasts[kind];

// A process as it came, with the marks of the one that it replaces.
const put = (process, fresh) => {
  const before = known.get(process.processId);
  const same = before?.creationTime === process.creationTime;
  if (!same && full && !before) return;
  const marks = same ? { fresh: before.fresh, cleared: before.cleared }
    : { fresh: fresh ? until("fresh") : undefined, cleared: new Map() };
  for (const rule of same ? before.rules : []) marks.cleared.set(rule, marks.cleared.get(rule) ?? until("cleared"));
  for (const rule of process.rules) marks.cleared.delete(rule);
  known.set(process.processId, { ...process, ...marks });
};

const load = async signal => {
  const found = new Map();
  known = found;
  let cursor;
  revision = undefined;
  do {
    const answer = await call(`${base()}/processes?limit=${page}${cursor ? `&cursor=${cursor}` : ""}`, { signal });
    if (known !== found) return;
    revision ??= answer.revision;
    for (const process of answer.items) put(process, false);
    cursor = answer.next;
  } while (cursor !== undefined && known.size < most);
  full = cursor !== undefined;
};

const follow = async signal => {
  for (let more = true; more;) {
    const answer = await call(`${base()}/processes?changedAfter=${revision}&limit=${page}`, { signal });
    if (!answer.complete) return load(signal);
    for (const { processId, creationTime } of answer.removed) {
      const gone = known.get(processId);
      if (gone?.creationTime === creationTime) known.set(processId, { ...gone, gone: until("gone") });
    }
    for (const process of answer.items) put(process, true);
    more = answer.revision > revision && answer.items.length >= page;
    ({ revision } = answer);
  }
  return undefined;
};

const expire = () => {
  const time = performance.now();
  for (const [pid, process] of known) {
    if (process.gone < time) known.delete(pid);
    if (process.fresh < time) process.fresh = undefined;
    for (const [rule, end] of process.cleared) if (end < time) process.cleared.delete(rule);
  }
};

const poll = async signal => {
  await (revision === undefined ? load : follow)(signal);
  expire();
  emit("processes");
};

// An acknowledgement clears a rule of the process that the message is about; a stream's rule is not the process's.
const clear = (message, pid) => {
  const process = known.get(pid);
  if (!message.clearedRule || !process) return;
  process.cleared.set(message.clearedRule, until("cleared"));
  process.rules = process.rules.filter(rule => rule !== message.clearedRule);
  loop.now();
};

const read = messages => {
  for (const message of messages) {
    if (message.kind !== "sync" || message.operation === "NewImageLoadPerStream") continue;
    if (open(message)) waiting.set(message.sequence, message.processId);
    else clear(message, message.processId);
  }
};

const update = updates => {
  for (const each of updates) {
    clear(each, waiting.get(each.sequence));
    waiting.delete(each.sequence);
  }
};

/** Begins to read; `processes` is sent after each answer. */
export const mount = () => {
  loop = every(1000, poll);
  listen("host", () => {
    known = new Map();
    waiting = new Map();
    revision = undefined;
    loop.now();
  });
  listen("items", read);
  listen("updates", update);
  return first("processes");
};

/** Reads now what changed. */
export const refresh = () => loop.now();
