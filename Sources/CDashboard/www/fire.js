// Fires events at the host: a form for each kind, the request as a command while one types, and the last ones again.

import { base, call, curlOf } from "./api.js";
import { $, el, fill, lines, say } from "./dom.js";
import { key } from "./keys.js";
import { barred } from "./link.js";
import { attempt, block, button, refill, select, submit } from "./parts.js";
import { became } from "./path.js";
import { all, nameOf, refresh } from "./processes.js";
import { emit, get, listen } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { showRoutines } from "./why.js";
import { baseName } from "./words.js";

const folder = "\\Device\\HarddiskVolume4\\Windows\\System32\\";
const dll = `${folder}ntdll.dll`;
const registry = '{"registryData":"XABSAEUARwBJAFMAVABSAFkA"}';

// Each kind: its name, the call, and its fields with their first values. Fields that the path does not name become
// members of the body, unless they are empty.
const kinds = {
  thread: ["Thread", "POST /processes/{pid}/threads", { pid: "", threadId: "" }],
  remote: ["Thread in another process", "POST /processes/{target}/threads",
    { creatorProcessId: "", target: "", threadId: "" }],
  image: ["Image load", "POST /processes/{pid}/images", { pid: "", fullImageName: dll }],
  process: ["Process creation", "POST /processes",
    { imageFileName: `${folder}notepad.exe`, commandLine: "", processId: "", parentProcessId: "", rules: "" }],
  threadExit: ["Thread exit", "DELETE /processes/{pid}/threads/{threadId}", { pid: "", threadId: "" }],
  commandLine: ["Command line changed", "PUT /processes/{pid}/command-line",
    { pid: "", commandLine: "powershell -enc SQBFAFgA" }],
  rules: ["Rules changed", "PATCH /processes/{pid}/rules", { pid: "", set: "NotifyNewThreadSameProcess", clear: "" }],
  driver: ["Driver load", "POST /drivers", { fullImageName: "\\SystemRoot\\System32\\drivers\\http.sys" }],
  stream: ["Stream context", "POST /stream-contexts", { fileName: dll, rules: "NotifyImageLoadRule" }],
  async: ["Async notification", "POST /notifications/async",
    { operation: "RegistryEvent", processId: "", data: "", highPriority: false }],
  sync: ["Sync notification", "POST /notifications/sync",
    { operation: "RegistryEventSync", processId: "", data: registry }],
  exit: ["Process exit", "DELETE /processes/{pid}", { pid: "" }],
};
const labels = {
  pid: "process", processId: "pid", parentProcessId: "parent", creatorProcessId: "creator", threadId: "thread id",
  fullImageName: "image", imageFileName: "image", commandLine: "command line", fileName: "file",
  highPriority: "high priority", data: "data, as JSON",
};
const numbers = /^pid$|^target$|Id$/;
const lists = /^(rules|set|clear)$/;
const [kept, many, storage] = [20, 100, "wdfilterd.fired"];

let terms = {};
let fired = JSON.parse(sessionStorage.getItem(storage) ?? "[]");
let busy = false;
let thread;

const choice = select({ id: "fire-kind" }, Object.entries(kinds).map(([value, [text]]) => [value, text]));
const fields = el("div", { attributes: { id: "fire-fields" } });
const fire = submit("Fire");
const form = el("form", { attributes: { id: "fire-form" } },
  el("label", {}, el("span", { text: "Kind" }), choice), fields, fire);
const command = el("code", { class: "curl" });
const outcome = el("div", { attributes: { id: "fire-outcome" } });
const again = el("ol", { attributes: { id: "fired", "aria-label": "Fired before" } });
const pids = el("datalist", { attributes: { id: "pids" } });

const valueOf = (name, node) => {
  const text = node.value.trim();
  if (node.type === "checkbox") return node.checked;
  if (text === "") return undefined;
  if (lists.test(name)) return text.split(/[\s,]+/);
  if (name === "data") return parsed(text);
  return numbers.test(name) ? Number(text) : text;
};

// What is not JSON goes as text, which the service refuses.
const parsed = text => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const request = () => {
  const [method, template] = kinds[choice.value][1].split(" ");
  const body = Object.fromEntries(Array.from(fields.querySelectorAll("[name]"), node =>
    [node.name, valueOf(node.name, node)]));
  const path = template.replace(/{(\w+)}/g, (_, name) => {
    const value = body[name];
    delete body[name];
    return value ?? 0;
  });
  return { kind: choice.value, method, path, body: method === "DELETE" ? undefined : body };
};

const control = (name, value) => {
  if (name === "operation") {
    const operations = terms[`${choice.value}Operations`] ?? [];
    const made = select({ name }, operations.map(term => [term.name, term.name, term.meaning]));
    made.value = value;
    return made;
  }
  const type = value === false ? "checkbox" : numbers.test(name) ? "number" : "text";
  return el("input", { attributes: { name, type, value, autocomplete: "off", spellcheck: "false",
    min: type === "number" ? 0 : undefined, list: type === "number" && name !== "threadId" ? "pids" : undefined,
    required: kinds[choice.value][1].includes(`{${name}}`) } });
};

// Fills the form: for a process, else for the selected one, else for the newest one.
const build = wanted => {
  const alive = [...all().values()].filter(({ gone }) => !gone).map(({ processId }) => processId);
  const subject = [wanted, Number(get("p")), alive.at(-1)].find(pid => alive.includes(pid)) ?? "";
  const other = alive.findLast(pid => pid !== subject && pid !== 4);
  const known = { pid: subject, creatorProcessId: other ? subject : 4, target: other ?? subject,
    ...(choice.value === "sync" && { processId: subject }), ...(choice.value === "threadExit" && thread) };
  fill(fields, ...Object.entries(kinds[choice.value][2]).map(([name, value]) =>
    el("label", { class: typeof value === "string" && !numbers.test(name) ? "text" : "" },
      el("span", { text: labels[name] ?? name }), control(name, known[name] ?? value))));
  preview();
};

const preview = () => {
  const { method, path, body } = request();
  command.textContent = lines(curlOf(method, base() + path, body));
};

const pidIn = path => Number(/processes\/(\d+)/.exec(path)?.[1] ?? 0);

const titleOf = ({ kind, path, body }) => {
  const detail = body?.operation ?? baseName(body?.fullImageName ?? body?.imageFileName ?? "");
  return [kinds[kind][0], detail, pidIn(path) ? nameOf(pidIn(path)) : ""].filter(Boolean).join(" ");
};

// What came of it, in sentences; the conditions go to Why.
const tell = ({ path, body = {}, ...wanted }, { routines, message, accessDenied, process, thread: made }) => {
  if (made) thread = { pid: made.processId, threadId: made.threadId };
  const messages = message ? [message] : (routines ?? []).flatMap(report => report.messages);
  const texts = messages.map(became);
  if (accessDenied) texts.push("The engine denied the process.");
  if (!texts.length) texts.push(routines ? "The engine was not notified." : "Done.");
  if (routines) {
    showRoutines(titleOf({ path, body, ...wanted }), routines, { creator: body.creatorProcessId,
      target: pidIn(path) || process?.processId || body.processId, image: body.fullImageName ?? body.imageFileName });
  }
  fill(outcome, ...texts.map(text => el("p", { text })), routines && button("Why", () => emit("show", "why")));
};

const refuse = done => (detail, { title, type, errors = [] }) => {
  const faults = errors.length > 1 ? errors.map(error => `${error.pointer}: ${error.detail}`) : [detail];
  fill(outcome,
    el("p", { class: "fault" }, done() ? `After ${done()}: ` : "",
      type ? el("a", { text: title, attributes: { href: type } }) : title),
    ...faults.map(text => el("p", { class: "fault", text })));
};

const send = async (wanted, times = 1) => {
  if (busy || barred("drive")) return;
  busy = true;
  let done = 0;
  try {
    await attempt(async () => {
      let answer;
      for (; done < times; done += 1) {
        answer = await call(base() + wanted.path, { method: wanted.method, body: wanted.body });
      }
      tell(wanted, answer ?? {});
      say(`Fired${times > 1 ? ` ${times} times` : ""}: ${titleOf(wanted)}.`);
      const same = JSON.stringify(wanted);
      fired = [wanted, ...fired.filter(each => JSON.stringify(each) !== same)].slice(0, kept);
      sessionStorage.setItem(storage, JSON.stringify(fired));
      list();
    }, refuse(() => done));
  } finally {
    busy = false;
    enable();
    refresh();
  }
};

// Draws only what changed: a pressed button that is replaced is not clicked.
const list = () => {
  const titles = fired.map(titleOf);
  const text = titles.join("\n");
  if (again.dataset.of === text) return;
  again.dataset.of = text;
  refill(again, ...titles.map((title, index) => el("li", { attributes: { "data-sent": index } },
    button("again", () => send(fired[index]), { "aria-label": `again: ${title}` }),
    button(`×${many}`, () => send(fired[index], many), { "aria-label": `${many} times: ${title}` }),
    ` ${title}`)));
  enable();
};

const enable = () => {
  for (const node of [fire, ...again.querySelectorAll("button")]) block(node, barred("drive"));
};

/** Opens the form of a kind of event for a process. */
export const prepare = (kind, pid) => {
  emit("show", "fire");
  choice.value = kind;
  build(pid);
  ($("label:nth-of-type(2) input", fields) ?? fire).focus();
};

// The processes among which the fields let one choose, the newest ones.
const propose = () => {
  const known = [...all().keys()].slice(-200);
  if (pids.dataset.of === known.join()) return;
  pids.dataset.of = known.join();
  list();
  fill(pids, ...known.map(pid => el("option", { attributes: { value: pid, label: nameOf(pid) } })));
  if (fields.querySelector("[name=pid]")?.value === "") build();
};

/** Begins. Resolves when the forms can be filled. */
export const mount = () => {
  fill($("#fire"), form, command, outcome, again, pids);
  const repeat = () => fired.length && send(fired[0]);
  key("r", "fire the last event again", repeat);
  choice.addEventListener("change", () => build());
  fields.addEventListener("input", preview);
  form.addEventListener("submit", event => {
    event.preventDefault();
    send(request());
  });
  form.addEventListener("keydown", event => {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    repeat();
  });
  list();
  for (const signal of ["link", "self"]) listen(signal, enable);
  listen("processes", propose);
  const begin = async () => {
    fill(outcome);
    thread = undefined;
    delete pids.dataset.of;
    terms = await vocabulary();
    build();
    enable();
  };
  return new Promise(resolve => {
    listen("host", () => attempt(begin).then(resolve));
  });
};
