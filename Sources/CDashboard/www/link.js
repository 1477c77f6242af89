// Whether the service and the host are there. All that polls does so through `every`: it never asks twice at a time,
// and rests while they are away and while the tab is hidden.

import { base, call, givenUp, may, Problem } from "./api.js";
import { $, el, fill, keepFocus, put, restoreFocus, say } from "./dom.js";
import { emit, get, listen, on, set } from "./state.js";
import { clock } from "./words.js";

const words = {
  connecting: "◌ connecting",
  live: "● live",
  polling: "◐ asking each second",
  gone: "▲ the service does not answer",
  refused: "■ a token is needed",
  deleted: "✗ the host was deleted",
  unnamed: "✗ no host is open",
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

/** Whether calls can be made now. */
export const connected = () => state === "live" || state === "polling";

/** Why no host can be shown, "deleted" or "unnamed"; undefined if one may be. */
export const hostless = () => /^(deleted|unnamed)$/.exec(state)?.[0];

/** Why a control that takes a role must be disabled, as a sentence; "" if it need not be. */
export const barred = (role, needsHost = true) => {
  if (!connected() && (needsHost || !hostless())) return `Not now: ${wordsNow().slice(2)}.`;
  return may(role) ? "" : `Your token does not allow this: it takes the role ${role}.`;
};

/**
 * Polls: `poll(signal)` at once, and then so many milliseconds after each answer. Returns `now()`, which polls as soon
 * as it can, and `restart()`, which gives up the present poll.
 */
export const every = (milliseconds, poll) => {
  const loop = {};
  loop.run = async () => {
    clearTimeout(loop.timer);
    if (loop.running || !connected() || document.hidden) return;
    const running = new AbortController();
    loop.running = running;
    let next = Math.max(milliseconds, 5000);
    try {
      await poll(running.signal);
      next = loop.again ? 0 : milliseconds;
    } catch (error) {
      if (!(error instanceof Problem) && !givenUp(error)) throw error;
    } finally {
      if (loop.running === running) {
        Object.assign(loop, { running: undefined, again: false, timer: setTimeout(loop.run, next) });
      }
    }
  };
  loop.cancel = () => {
    clearTimeout(loop.timer);
    loop.running?.abort();
    loop.running = undefined;
  };
  loop.now = () => {
    loop.again = loop.running !== undefined;
    loop.run();
  };
  loop.restart = () => {
    loop.cancel();
    loop.run();
  };
  loops.add(loop);
  loop.run();
  return loop;
};

/** How messages come, as their reader knows it: "live" or "polling". */
export const readingBy = mode => {
  reading = mode;
  if (connected()) become(mode);
};

/** Takes it that the user must name a host. */
export const unname = () => become("unnamed");

/** Looks for the selected host now. Emits `host` if it is another one or was made again, and `described`. */
export const check = async () => {
  clearTimeout(retry);
  retry = undefined;
  checking?.abort();
  const { signal } = checking = new AbortController();
  const host = get("host");
  if (!host) {
    emit("unnamed");
    return;
  }
  try {
    const found = await call(base(host), { signal, timeout: 5000 });
    wait = 500;
    if (made !== `${host} ${found.createdAt}`) {
      made = `${host} ${found.createdAt}`;
      become("connecting");
      show();
      emit("host", host);
    }
    become(reading);
    emit("described", found);
  } catch (error) {
    if (!(error instanceof Problem) && !givenUp(error)) throw error;
    if (error.type === "/problems/one-instance") unname();
    // No host has this name, or the name is not valid.
    if (error.status === 400 || error.status === 404) become("deleted");
    if (state === "connecting" && !signal.aborted) later();
  }
};

/** Selects a host; Back returns to the one before. */
export const select = host => set({ host, m: undefined, f: undefined, p: undefined, d: undefined }, { push: true });

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
    say("");
    become("connecting");
    show();
    check();
  });
  document.addEventListener("visibilitychange", () => {
    emit("link", { state, hidden: document.hidden });
    if (document.hidden) rest();
    else if (connected()) resume();
    else check();
  });
  show();
};

const heed = problem => {
  if (problem.away) {
    become("gone");
    later();
  } else if (problem.status === 401) {
    become("refused");
  } else if (problem.type === "/problems/unknown-host" && `${problem.instance}/`.startsWith(`${base()}/`)) {
    become("deleted");
  }
};

const later = () => {
  if (retry !== undefined || document.hidden) return;
  retry = setTimeout(check, Math.min(wait * (0.75 + Math.random() / 2), longest));
  wait = Math.min(wait * 2, longest);
};

const become = next => {
  if (state === next) return;
  const before = connected();
  state = next;
  show();
  emit("link", { state, hidden: document.hidden });
  if (!connected()) rest();
  else if (!before) resume();
};

const resume = () => loops.forEach(loop => loop.run());

const rest = () => loops.forEach(loop => loop.cancel());

const show = () => {
  if (absent()) keepFocus($("#main"));
  document.documentElement.dataset.link = absent() ? "absent" : state;
  if (!absent()) restoreFocus($("#main"));
  put($("#link"), wordsNow());
  fill($("#link-action"), state === "gone" && el("button", { text: "try now", on: { click: tryNow } }),
    state === "refused" && el("button", { text: "sign in", on: { click: () => emit("sign") } }));
};

const wordsNow = () => {
  if (state === "gone" && lastSeen) return `${words.gone}; its last answer came at ${clock(lastSeen)}`;
  return state === "deleted" && absent() ? "✗ there is no such host" : words[state];
};

// Whether what the views show belongs to another host than the one that is wanted.
const absent = () => !made?.startsWith(`${get("host")} `);

const tryNow = () => {
  wait = 500;
  check();
};
