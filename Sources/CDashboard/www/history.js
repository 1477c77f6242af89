// The past of the queue in the buckets that the service recorded: read four times a second, kept in this tab, summed
// up for any stretch of time. Times are milliseconds since 1970 by the service's clock.

import { base, call } from "./api.js";
import { every } from "./link.js";
import { first } from "./parts.js";
import { emit, get, listen, set } from "./state.js";

const page = 10000;
const kept = 20000;
const usual = 60;
const slack = 1000;
const workers = ["unknown", "running", "mixed", "paused", "stopped"];
const nothing = {
  enqueued: 0, sent: 0, sendFailed: 0, dropped: 0, sync: { sent: 0, failed: 0, notSent: 0 },
  direct: { sent: 0, failed: 0 }, latency: { count: 0, totalMicroseconds: 0, maxMicroseconds: 0 },
};

let buckets = [];
let still;
let end;
let bucketMs = 250;
let began = 0;
let after = 0;
let oldest = 1;
let skew = 0;
let apart = false;
let worker = "running";
let generation = 0;

/** The lengths of the plot that one can choose, in seconds. */
export const choices = [10, 30, 60, 120, 600];

/** The length of the plot in milliseconds. */
export const span = () => (choices.find(seconds => String(seconds) === get("span")) ?? usual) * 1000;

/** Chooses the next longer (1) or shorter (-1) length. */
export const zoom = step => {
  const seconds = choices[choices.indexOf(span() / 1000) + step];
  if (seconds) set({ span: seconds === usual ? undefined : seconds });
};

/** The time of the service, as far as its buckets show it. */
export const now = () => Date.now() + skew;

/** The stretch of time that the plot shows; `live` if it ends now. */
export const range = () => {
  const to = end ?? now();
  return { from: to - span(), to, live: end === undefined };
};

/** Stops the plot at a time, with the buckets as they are; without one it follows again. */
export const freeze = time => {
  end = time < now() ? time : undefined;
  still = end && buckets;
  emit("history");
};

/** Moves the plot by a part of its length, not beyond the beginning of the host. */
export const pan = part => {
  const { to } = range();
  freeze(Math.max(to + part * span(), Math.min(to, began + span() / 4)));
};

/** How many messages were queued since the time at which the plot stands. */
export const since = () => totals(end - bucketMs, Infinity).enqueued - totals(end - bucketMs, end, still).enqueued;

/** Why messages cannot be found by the times of the plot; undefined if they can. */
export const whyApart = () => (apart ? "The host's clock is manual, so its messages have other times than the plot."
  : undefined);

/** How long a bucket is, in milliseconds. */
export const step = () => bucketMs;

const shown = () => still ?? buckets;

// The index of the first bucket that begins at or after a time.
const indexOf = (time, list = shown()) => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].start < time) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The buckets that begin in a stretch of time. */
export const within = (from, to, list = shown()) => list.slice(indexOf(from, list), indexOf(to, list));

const add = (sum, bucket) => Object.fromEntries(Object.entries(sum).map(([name, value]) => {
  if (typeof value === "object") return [name, add(value, bucket[name])];
  return [name, name === "maxMicroseconds" ? Math.max(value, bucket[name]) : value + bucket[name]];
}));

/** The sums of the buckets of a stretch of time, in the form of a bucket. */
export const totals = (from, to, list = buckets) => within(from, to, list).reduce(add, nothing);

/** What held at a time: the bucket there, or else the last values of the one before. */
export const at = time => {
  const index = indexOf(time + 1) - 1;
  const found = shown()[index];
  return found && time < found.start + bucketMs ? found : held(index);
};

// What a bucket leaves behind. What was before the oldest one is not known.
const held = index => {
  const { highPriority, normal } = shown()[index] ?? { highPriority: { last: 0 }, normal: { last: 0 } };
  const state = index < 0 ? (oldest > 1 ? "unknown" : "running") : left(index);
  const depthMax = highPriority.last + normal.last;
  return { ...nothing, highPriority, normal, depthMax, starvationMax: 0, worker: state };
};

// The state of the worker after a bucket; where it changed, the next one tells it.
const left = index => {
  const [found, next] = shown().slice(index, index + 2);
  if (found.worker !== "mixed") return found.worker;
  return next?.worker === "mixed" ? "paused" : next?.worker ?? worker;
};

/**
 * A stretch of time as one column a pixel: of several buckets in a pixel the highest values win, drops add up.
 * `high` and `all` are the depths at the end of a bucket, `peak` the highest within it.
 */
export const columns = (from, to, width) => {
  const result = Array.from({ length: width }, () => ({ dropped: 0 }));
  const pixel = time => Math.floor((time - from) / (to - from) * width);
  const paint = (start, stop, bucket) => {
    const high = bucket.highPriority.last;
    const values = Object.entries({ high, all: high + bucket.normal.last, peak: bucket.depthMax,
      starvation: bucket.starvationMax, worker: workers.indexOf(bucket.worker) });
    const edge = pixel(start);
    for (const column of result.slice(Math.max(0, edge), Math.max(0, edge + 1, pixel(stop)))) {
      for (const [name, value] of values) column[name] = Math.max(column[name] ?? 0, value);
    }
  };
  const stop = Math.min(to, now());
  const before = indexOf(from) - 1;
  const list = within(from, stop);
  let time = Math.max(from, began);
  paint(time, list[0]?.start ?? stop, held(before));
  list.forEach((bucket, index) => {
    time = Math.min(stop, bucket.start + bucketMs);
    paint(bucket.start, time, bucket);
    const next = list[index + 1]?.start ?? stop;
    if (time < next) paint(time, next, held(before + 1 + index));
    result[Math.min(width - 1, pixel(bucket.start))].dropped += bucket.dropped;
  });
  return result;
};

// The bucket of now came as it stood then, and comes again. It also tells the time of the service.
const take = answer => {
  ({ bucketMs, oldest } = answer);
  for (const bucket of answer.items) bucket.start = Date.parse(bucket.time);
  buckets = buckets.filter(({ bucket }) => bucket <= after).concat(answer.items).slice(-kept);
  after = answer.next;
  const last = answer.items.at(-1);
  if (last?.start > now()) skew = last.start - Date.now();
  else if (last?.open && last.start + bucketMs + slack < now()) skew = last.start + bucketMs - Date.now();
};

const poll = async signal => {
  const mine = generation;
  for (let more = true; more;) {
    const answer = await call(`${base()}/history?after=${after}&limit=${page}`, { signal });
    if (mine !== generation) return;
    more = answer.items.length === page;
    take(answer);
  }
  emit("history");
};

/** Begins to read; `history` is sent after each answer. */
export const mount = () => {
  listen("described", ({ createdAt, clock }) => {
    began = Date.parse(createdAt);
    apart = clock.mode !== "system";
  });
  listen("queues", queues => {
    worker = queues.worker.state;
  });
  const loop = every(250, poll);
  listen("host", () => {
    [buckets, after, end, still] = [[], 0, undefined, undefined];
    generation += 1;
    loop.now();
  });
  return first("history");
};
