// Whether the service and the host are there. Everything that polls does so through `every`, which stops while they
// are not, while the tab is hidden, and never asks twice at a time.

import { base, call, may, Problem } from "./api.js";
import { $, attribute, el, fill, put } from "./dom.js";
import { emit, get, listen, on, set } from "./state.js";
import { clock } from "./words.js";

const words = {
  connecting: "◌ connecting",
  live: "● live",
  polling: "◐ asking each second",
  gone: "▲ the service does not answer",
  refused: "■ a token is needed",
  deleted: "✗ the host was deleted",
};
const longest = 15000;
const loops = new Set();
let state = "connecting";
let reading = "live";
let made;
let wait = 500;
let lastSeen;
let retry;
let checking;

/** The present state: connecting, live, polling, gone, refused or deleted. */
export const link = () => state;

/** Whether calls can be made now. */
export const connected = () => state === "live" || state === "polling";

/** Why a control that takes a role must be disabled, as a sentence; "" if it need not be. */
export const barred = role => {
  if (!connected()) return `Not now: ${words[state].slice(2)}.`;
  return may(role) ? "" : `Your token does not allow this: it takes the role ${role}.`;
};

/** Polls: `poll(signal)` at once and then so many milliseconds after each answer. Returns `now()` and `stop()`. */
export const every = (milliseconds, poll) => {
  const loop = { timer: undefined, running: undefined, stopped: false };
  loop.now = () => {
    if (loop.running) loop.again = true;
    else loop.run();
  };
  loop.run = async () => {
    clearTimeout(loop.timer);
    if (loop.stopped || loop.running || !asking()) return;
    const running = new AbortController();
    loop.running = running;
    let next = milliseconds;
    try {
      await poll(running.signal);
    } catch (error) {
      if (!(error instanceof Problem) && !running.signal.aborted) throw error;
      next = Math.max(milliseconds, 5000);
    } finally {
      if (loop.running === running) {
        loop.running = undefined;
        loop.timer = setTimeout(loop.run, loop.again ? 0 : next);
        loop.again = false;
      }
    }
  };
  loop.cancel = () => {
    clearTimeout(loop.timer);
    loop.running?.abort();
    loop.running = undefined;
  };
  loop.stop = () => {
    loop.stopped = true;
    loop.cancel();
    loops.delete(loop);
  };
  loops.add(loop);
  loop.run();
  return { now: loop.now, stop: loop.stop };
};

/** How messages come, as the stream knows it: "live" or "polling". */
export const readingBy = mode => {
  reading = mode;
  if (connected()) become(mode);
};

/** Looks for the selected host now; true if it is there. Sends `host` if it is another one, or was made anew. */
export const check = async () => {
  clearTimeout(retry);
  retry = undefined;
  const host = get("host");
  checking?.abort();
  const mine = new AbortController();
  checking = mine;
  try {
    const found = await call(base(host), { signal: mine.signal, timeout: 5000 });
    wait = 500;
    const key = `${host} ${found.createdAt}`;
    if (key !== made) {
      made = key;
      become("connecting");
      emit("host", host);
    }
    become(reading);
    emit("described", found);
    return true;
  } catch (error) {
    if (!(error instanceof Problem) && !mine.signal.aborted) throw error;
    return false;
  }
};

/** Begins: shows the state in the header, and follows the service, the host and the tab. */
export const mount = () => {
  listen("reached", () => {
    lastSeen = Date.now();
  });
  listen("problem", heed);
  listen("reset", () => {
    made = undefined;
    check();
  });
  on("host", () => {
    become("connecting");
    check();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) cancel();
    else if (connected()) resume();
    else check();
    emit("link", { state, hidden: document.hidden });
  });
  show();
};

const asking = () => connected() && !document.hidden && get("host") !== undefined;

const heed = problem => {
  if (problem.away) {
    become("gone");
    later();
  } else if (problem.status === 401) {
    become("refused");
  } else if (problem.type === "/problems/unknown-host" && problem.rest.instance?.startsWith(base())) {
    become("deleted");
  }
};

const later = () => {
  if (retry !== undefined || document.hidden) return;
  const pause = Math.min(wait * (0.75 + Math.random() / 2), longest);
  wait = Math.min(wait * 2, longest);
  retry = setTimeout(check, pause);
};

const become = next => {
  if (state === next) return;
  const before = connected();
  state = next;
  show();
  emit("link", { state, hidden: document.hidden });
  if (connected() && !before) resume();
  if (!connected()) cancel();
};

const resume = () => loops.forEach(loop => loop.run());

const cancel = () => loops.forEach(loop => loop.cancel());

const show = () => {
  document.documentElement.dataset.link = state;
  put($("#link"), wordsNow());
  attribute($("#link"), "data-state", state);
  fill($("#link-action"), ...actions());
};

const wordsNow = () => {
  if (state === "gone" && lastSeen) return `${words.gone}; its last answer came at ${clock(lastSeen)}`;
  if (state === "deleted" && !made?.startsWith(`${get("host")} `)) return "✗ there is no such host";
  return words[state];
};

const actions = () => {
  if (state === "gone") return [el("button", { text: "try now", on: { click: tryNow } })];
  return [];
};

const tryNow = () => {
  wait = 500;
  check();
};

/** Selects a host; Back returns to the one before. */
export const select = host => set({ host, m: undefined, f: undefined, p: undefined, d: undefined }, { push: true });
