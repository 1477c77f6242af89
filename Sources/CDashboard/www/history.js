// The past of the queue in the buckets that the service recorded: read four times a second, kept in this tab, summed
// up for any stretch of time. Times are milliseconds since 1970 by the service's clock.

import { base, call } from "./api.js";
import { every } from "./link.js";
import { first } from "./parts.js";
import { emit, get, listen, set } from "./state.js";

const limit = 10000;
const kept = 20000;
const usual = 60;
const slack = 1000;
const workers = ["running", "mixed", "paused", "stopped"];
const zero = { depthMax: 0, highPriority: { last: 0 }, normal: { last: 0 }, starvationMax: 0, worker: "running" };

let buckets = [];
let bucketMs = 250;
let began = 0;
let after = 0;
let oldest = 1;
let skew = 0;
let worker = "running";
let end;
let still;
let loop;

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
  still = end === undefined ? undefined : buckets;
  emit("history");
};

/** Moves the plot by a part of its length, not beyond the beginning of the host. */
export const pan = part => {
  const { to } = range();
  freeze(Math.max(to + part * span(), Math.min(to, began + span() / 4)));
};

/** How many messages were queued since the time at which the plot stands. */
export const since = () => totals(end - bucketMs, Infinity).enqueued - totals(end - bucketMs, end, still).enqueued;

/** How long a bucket is, in milliseconds. */
export const step = () => bucketMs;

const shown = () => still ?? buckets;

// The index of the first bucket that begins at or after a time.
const indexOf = (time, list = shown()) => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].start < time) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The buckets that begin in a stretch of time. */
export const within = (from, to, list = shown()) => list.slice(indexOf(from, list), indexOf(to, list));

/** What held at a time: the bucket there, or else the last values of the one before. */
export const at = time => {
  const index = indexOf(time + 1) - 1;
  const found = shown()[index];
  return found && time < found.start + bucketMs ? found : held(index);
};

// What a bucket leaves behind. What was before the oldest one is not known.
const held = index => {
  if (index < 0) return { ...zero, worker: oldest > 1 ? "unknown" : "running" };
  const { highPriority, normal } = shown()[index];
  return { ...zero, highPriority, normal, depthMax: highPriority.last + normal.last, worker: left(index) };
};

// The state of the worker after a bucket; where it changed, the next one tells it.
const left = index => {
  const [found, following] = shown().slice(index, index + 2);
  if (found.worker !== "mixed") return found.worker;
  const next = following?.worker ?? worker;
  return next === "mixed" ? "paused" : next;
};

/** How many sends failed in a bucket. */
export const failures = ({ sendFailed, sync, direct }) => (sync ? sendFailed + sync.failed + direct.failed : 0);

/** The sums over the buckets of a stretch of time. */
export const totals = (from, to, list = buckets) => {
  const sum = { enqueued: 0, sent: 0, sendFailed: 0, dropped: 0, syncSent: 0, syncFailed: 0, syncNotSent: 0,
    directSent: 0, directFailed: 0, answers: 0, microseconds: 0, slowest: 0 };
  for (const { enqueued, sent, sendFailed, dropped, sync, direct, latency } of within(from, to, list)) {
    sum.enqueued += enqueued;
    sum.sent += sent;
    sum.sendFailed += sendFailed;
    sum.dropped += dropped;
    sum.syncSent += sync.sent;
    sum.syncFailed += sync.failed;
    sum.syncNotSent += sync.notSent;
    sum.directSent += direct.sent;
    sum.directFailed += direct.failed;
    sum.answers += latency.count;
    sum.microseconds += latency.totalMicroseconds;
    sum.slowest = Math.max(sum.slowest, latency.maxMicroseconds);
  }
  return sum;
};

/**
 * A stretch of time as one column a pixel: of several buckets in a pixel the highest depth wins, drops add up.
 * `high` and `all` are the depths at the end of a bucket, `peak` the highest within it; `worker` is 1 running,
 * 2 mixed, 3 paused, 4 stopped, 0 unknown.
 */
export const columns = (from, to, width) => {
  const names = ["high", "all", "peak", "dropped", "failed", "starvation", "worker"];
  const result = Object.fromEntries(names.map(name => [name, new Float64Array(width)]));
  const pixel = time => Math.floor((time - from) / (to - from) * width);
  const raise = (name, x, value) => {
    if (result[name][x] < value) result[name][x] = value;
  };
  const paint = (start, stop, { highPriority, normal, depthMax, starvationMax, worker: state }) => {
    const begin = Math.max(0, pixel(start));
    const right = Math.min(width, Math.max(begin + 1, pixel(stop)));
    for (let x = begin; x < right; x += 1) {
      raise("high", x, highPriority.last);
      raise("all", x, highPriority.last + normal.last);
      raise("peak", x, depthMax);
      raise("starvation", x, starvationMax);
      raise("worker", x, workers.indexOf(state) + 1);
    }
  };
  const stop = Math.min(to, now());
  const list = shown();
  let index = Math.max(0, indexOf(from) - 1);
  let time = Math.max(from, began);
  let last = held(list[index]?.start < from ? index : -1);
  for (; index < list.length && list[index].start < stop; index += 1) {
    const bucket = list[index];
    if (bucket.start > time) paint(time, bucket.start, last);
    if (bucket.start + bucketMs > from) paint(bucket.start, bucket.start + bucketMs, bucket);
    if (bucket.start >= from) {
      result.dropped[pixel(bucket.start)] += bucket.dropped;
      result.failed[pixel(bucket.start)] += failures(bucket);
    }
    last = held(index);
    time = Math.max(time, bucket.start + bucketMs);
  }
  if (time < stop) paint(time, stop, last);
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
  const host = began;
  for (let more = true; more;) {
    const answer = await call(`${base()}/history?after=${after}&limit=${limit}`, { signal });
    if (host !== began) return;
    more = answer.items.length === limit && answer.next > after;
    take(answer);
  }
  emit("history");
};

/** Begins to read; `history` is sent after each answer. */
export const mount = () => {
  listen("described", ({ createdAt }) => {
    if (began === Date.parse(createdAt)) return;
    began = Date.parse(createdAt);
    buckets = [];
    after = 0;
    end = undefined;
    still = undefined;
  });
  listen("queues", queues => {
    worker = queues.worker.state;
  });
  loop = every(250, poll);
  listen("host", loop.now);
  return first("history");
};
