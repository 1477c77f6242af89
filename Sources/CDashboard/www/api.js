// The only module that speaks HTTP: the token of this tab, problems as errors, streams as lines.

import { emit, get, listen, on } from "./state.js";

const key = "wdfilterd.token";
const json = "application/json";
const ndjson = "application/x-ndjson";
const roles = ["read", "drive", "admin"];
let me = { role: "admin" };
let stay = new AbortController();

/** The token of this tab; it is in no address and no cookie, and gone with the tab. */
export const token = {
  get: () => sessionStorage.getItem(key) ?? undefined,
  // What cannot stand in a header is sent in other characters, and refused as any wrong token.
  set: value => (value ? sessionStorage.setItem(key, encodeURI(value)) : sessionStorage.removeItem(key)),
};

/** A call that was refused, with the members of the answer; its `status` is 0 if there was no answer. */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title);
    Object.assign(this, { detail: problem.title }, problem);
  }

  /** Whether the service is away rather than refusing. */
  get away() {
    return this.status === 0 || this.status === 503;
  }
}

/** The path of the selected host, or of another one. */
export const base = (host = get("host")) => `/v1/hosts/${encodeURIComponent(host)}`;

/** Whether a call threw this error because the page itself gave it up. */
export const givenUp = error => error.name === "AbortError";

/**
 * Calls the API. JSON comes as a value, other types as an ArrayBuffer, 204 as undefined. Throws `Problem`. A call about a
 * host is given up when another one is selected or this one is made again, if it is `bound`; a change goes on, unheard.
 */
export const call = (path, { method = "GET", body, accept = json, signal, timeout = 60000, bound = true } = {}) => {
  const headers = { Accept: accept };
  if (method !== "GET") headers["Content-Type"] = typeof body === "string" ? ndjson : json;
  const left = bound && path.startsWith("/v1/hosts/") ? stay.signal : undefined;
  const given = AbortSignal.any([signal, left].filter(Boolean));
  const late = AbortSignal.timeout(timeout);
  return until(given, guarded(given, async () => {
    const answer = await request(path, {
      method,
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
      signal: method === "GET" ? AbortSignal.any([given, late]) : late,
    });
    if (answer.status === 204) return undefined;
    return accept === json ? answer.json() : answer.arrayBuffer();
  }));
};

/** Reads an NDJSON stream until it ends: `opened` once, then `line` with each value. */
export const lines = (path, { signal, opened, line }) => guarded(signal, async () => {
  const answer = await request(path, { headers: { Accept: ndjson }, signal });
  opened?.();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let open = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (open + value).split("\n");
    open = parts.pop();
    for (const part of parts) {
      if (part) line(JSON.parse(part));
    }
  }
});

/** Asks who this tab is, and sends the signal `self`. */
export const self = async () => {
  me = await call("/v1/self");
  emit("self", me);
};

/** Whether the role of this tab is enough: "read", "drive" or "admin". */
export const may = role => roles.indexOf(me.role) >= roles.indexOf(role);

/** The call as a command for a terminal, with the address of this page. A string is NDJSON. A token is a variable. */
export const curlOf = (method, path, body, { accept } = {}) => {
  const parts = ["curl -s"];
  if (method !== "GET" && !(method === "POST" && body !== undefined)) parts.push(`-X ${method}`);
  if (token.get()) parts.push('-H "Authorization: Bearer $TOKEN"');
  if (accept) parts.push(`-H ${quoted(`Accept: ${accept}`)}`);
  parts.push(quoted(location.origin + path));
  if (typeof body === "string") parts.push(`-H 'Content-Type: ${ndjson}'`, `--data-binary ${quoted(body)}`);
  else if (body !== undefined) parts.push(`--json ${quoted(JSON.stringify(body))}`);
  return parts.join(" ");
};

const quoted = text => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const request = async (path, { headers, ...options }) => {
  const bearer = token.get();
  const answer = await fetch(path, {
    ...options,
    headers: bearer ? { ...headers, Authorization: `Bearer ${bearer}` } : headers,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
  if (!answer.ok) {
    throw new Problem(await answer.json().catch(() => ({ status: answer.status, title: answer.statusText })));
  }
  emit("reached");
  return answer;
};

// Whatever the browser throws means that there was no answer, or not all of it. An abort by the caller passes.
const guarded = async (signal, action) => {
  try {
    return await action();
  } catch (error) {
    if (signal.aborted) throw error;
    const silence = { status: 0, title: "The service does not answer." };
    const problem = error instanceof Problem ? error : new Problem(silence);
    emit("problem", problem);
    throw problem;
  }
};

// A promise that a signal ends at once.
const until = (signal, promise) => new Promise((resolve, reject) => {
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
});

const leave = () => {
  stay.abort();
  stay = new AbortController();
};

on("host", leave);
listen("host", leave);

const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.has("token")) {
  token.set(fragment.get("token"));
  fragment.delete("token");
  history.replaceState(history.state, "", location.pathname + location.search + (fragment.size ? `#${fragment}` : ""));
}
