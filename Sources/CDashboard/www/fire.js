// Fires events at the host: a form for each kind, the request as a command while one types, and the last ones again.

import { base, call, curlOf } from "./api.js";
import { $, el, fill, lines, say } from "./dom.js";
import { key } from "./keys.js";
import { barred } from "./link.js";
import { attempt, block, button, options } from "./parts.js";
import { became } from "./path.js";
import { all, nameOf, refresh } from "./processes.js";
import { emit, get, listen } from "./state.js";
import { vocabulary } from "./vocabulary.js";
import { baseName } from "./words.js";
import { showRoutines } from "./why.js";

const system32 = "\\Device\\HarddiskVolume4\\Windows\\System32\\";
const field = (name, label, type, value) => ({ name, label, type, value });
const pid = (name, label) => field(name, label, "number");
const process = pid("pid", "process");
const threadId = pid("threadId", "thread id");
const data = field("data", "data, as JSON", "json");
const threads = "POST /processes/{pid}/threads";
const dll = `${system32}ntdll.dll`;

// Each kind: its name, the call, and fields that become members of the body. A field that is empty is left out.
const kinds = {
  thread: ["Thread", threads, process, threadId],
  remote: ["Thread in another process", threads, pid("creatorProcessId", "creator"), pid("pid", "target"), threadId],
  image: ["Image load", "POST /processes/{pid}/images", process,
    field("fullImageName", "image", "text", dll)],
  process: ["Process", "POST /processes", field("imageFileName", "image", "text", `${system32}notepad.exe`),
    field("commandLine", "command line", "text"), pid("processId", "pid"), pid("parentProcessId", "parent"),
    field("rules", "rules", "names")],
  threadExit: ["Thread exit", "DELETE /processes/{pid}/threads/{threadId}", process, threadId],
  commandLine: ["Command line changed", "PUT /processes/{pid}/command-line", process,
    field("commandLine", "command line", "text", "powershell -enc SQBFAFgA")],
  rules: ["Rules changed", "PATCH /processes/{pid}/rules", process,
    field("set", "set", "names", "NotifyNewThreadSameProcess"), field("clear", "clear", "names")],
  driver: ["Driver load", "POST /drivers",
    field("fullImageName", "image", "text", "\\SystemRoot\\System32\\drivers\\http.sys")],
  stream: ["Stream context", "POST /stream-contexts", field("fileName", "file", "text", dll),
    field("rules", "rules", "names", "NotifyImageLoadRule")],
  async: ["Async notification", "POST /notifications/async", field("operation", "operation", "asyncOperations"),
    pid("processId", "process"), data, field("highPriority", "high priority", "checkbox")],
  sync: ["Sync notification", "POST /notifications/sync", field("operation", "operation", "syncOperations"),
    pid("processId", "process"), data],
  exit: ["Process exit", "DELETE /processes/{pid}", process],
};
// What a sync notification must carry.
const required = {
  NewImageLoadPerStream: { imageName: dll },
  NewImageLoadPerProcess: { imageName: dll },
  RegistryEventSync: { registryData: "XABSAEUARwBJAFMAVABSAFkA" },
  NewThreadDifferentProcess: { targetProcess: { processId: 4 } },
  NewThreadSameProcess: { createdThread: { threadId: 428 }, currentThread: { threadId: 416 } },
  NewThreadAndCmdLine: { commandLine: "notepad.exe secret.txt", currentCommandLine: "notepad.exe" },
};
const kept = 20;
const many = 100;
const storage = "wdfilterd.fired";

let terms = {};
let fired = JSON.parse(sessionStorage.getItem(storage) ?? "[]");
let busy = false;
let thread;

const choice = el("select", { attributes: { id: "fire-kind" } },
  ...options(Object.entries(kinds).map(([value, [text]]) => [value, text])));
const fields = el("div", { attributes: { id: "fire-fields" } });
const form = el("form", { attributes: { id: "fire-form" } },
  el("label", {}, el("span", { text: "Kind" }), choice), fields,
  el("button", { text: "Fire", attributes: { type: "submit" } }));
const command = el("code", { class: "curl" });
const outcome = el("div", { attributes: { id: "fire-outcome" } });
const again = el("ol", { attributes: { id: "fired", "aria-label": "Fired before" } });

const valueOf = (node, type) => {
  if (type === "checkbox") return node.checked;
  const text = node.value.trim();
  if (text === "") return undefined;
  if (type === "names") return text.split(/[\s,]+/);
  if (type === "json") return parsed(node, text);
  return type === "number" ? Number(text) : text;
};

const parsed = (node, text) => {
  node.setCustomValidity("");
  try {
    return JSON.parse(text);
  } catch {
    node.setCustomValidity("This is not JSON.");
    return undefined;
  }
};

const request = () => {
  const [, line, ...wanted] = kinds[choice.value];
  const [method, path] = line.split(" ");
  const body = {};
  for (const { name, type } of wanted) body[name] = valueOf(form[name], type);
  const filled = path.replace(/{(\w+)}/g, (_, name) => body[name] ?? 0);
  delete body.pid;
  return { kind: choice.value, method, path: filled, body: method === "DELETE" ? undefined : body };
};

const control = ({ name, type, value }) => {
  if (terms[type]) {
    return el("select", { attributes: { name } },
      ...options(terms[type].map(term => [term.name, term.name, term.meaning])));
  }
  return el("input", { attributes: { name, value, autocomplete: "off", spellcheck: "false", required: name === "pid",
    type: type === "number" || type === "checkbox" ? type : "text", min: type === "number" ? 0 : undefined,
    list: type === "number" && name !== "threadId" ? "pids" : undefined } });
};

const build = values => {
  fill(fields, ...kinds[choice.value].slice(2).map(each =>
    el("label", { class: each.type }, el("span", { text: each.label }), control(each))));
  for (const [name, value] of Object.entries(values)) {
    if (form[name]) form[name].value = value ?? "";
  }
};

// Fills the form for the selected process, or else the newest one.
const propose = () => {
  const alive = [...all().values()].filter(({ gone }) => !gone).map(({ processId }) => processId);
  const last = alive.find(id => String(id) === get("p")) ?? alive.at(-1);
  const sync = choice.value === "sync";
  build({ pid: last, creatorProcessId: alive.findLast(id => id !== last),
    ...(sync && { processId: last, operation: "RegistryEventSync" }), ...(choice.value === "threadExit" && thread) });
  if (sync) carry();
  preview();
};

const carry = () => {
  form.data.value = JSON.stringify(required[form.operation.value] ?? {});
};

const preview = event => {
  if (event?.target.name === "operation" && choice.value === "sync") carry();
  const { method, path, body } = request();
  command.textContent = lines(curlOf(method, base() + path, body));
};

const pidIn = path => Number(/processes\/(\d+)/.exec(path)?.[1] ?? NaN);

const titleOf = ({ kind, path, body }) => {
  const about = pidIn(path);
  const detail = body?.operation ?? baseName(body?.fullImageName ?? body?.imageFileName ?? "");
  return [kinds[kind][0], detail, about ? nameOf(about) : ""].filter(Boolean).join(" ");
};

// What came of it, in sentences; the conditions go to Why.
const tell = (wanted, answer) => {
  const { routines, message, accessDenied } = answer;
  if (answer.thread) thread = { pid: answer.thread.processId, threadId: answer.thread.threadId };
  const messages = message ? [message] : (routines ?? []).flatMap(report => report.messages);
  const texts = messages.map(became);
  if (accessDenied) texts.push("The engine denied the process.");
  if (!texts.length) texts.push(routines ? "The engine was not notified." : "Done.");
  if (routines) {
    const { creatorProcessId: creator, fullImageName, imageFileName, processId } = wanted.body ?? {};
    const target = pidIn(wanted.path) || answer.process?.processId || processId;
    showRoutines(titleOf(wanted), routines, { target, creator, image: fullImageName ?? imageFileName });
  }
  fill(outcome, ...texts.map(text => el("p", { text })), routines && button("Why", () => emit("show", "why")));
};

const send = async (wanted, times = 1) => {
  if (busy || barred("drive")) return;
  busy = true;
  enable();
  let done = 0;
  await attempt(async () => {
    for (; done < times; done += 1) {
      const answer = await call(base() + wanted.path, { method: wanted.method, body: wanted.body });
      if (done === times - 1) tell(wanted, answer ?? {});
    }
    say(`Fired${times > 1 ? ` ${times} times` : ""}: ${titleOf(wanted)}.`);
    remember(wanted);
  }, (detail, { title, type, rest: { errors = [] } }) => {
    const faults = errors.length > 1 ? errors.map(error => `${error.pointer}: ${error.detail}`) : [detail];
    fill(outcome, el("p", { class: "fault" }, done > 0 && `After ${done}: `, type ? el("a", { text: title,
      attributes: { href: type } }) : title), ...faults.map(text => el("p", { class: "fault", text })));
  });
  busy = false;
  enable();
  refresh();
};

const remember = wanted => {
  const same = JSON.stringify(wanted);
  fired = [wanted, ...fired.filter(each => JSON.stringify(each) !== same)].slice(0, kept);
  sessionStorage.setItem(storage, JSON.stringify(fired));
  list();
};

const list = () => fill(again, ...fired.map((wanted, index) => el("li", { attributes: { "data-sent": index } },
  button("again", () => send(wanted), { "aria-label": `again: ${titleOf(wanted)}` }),
  button(`×${many}`, () => send(wanted, many), { "aria-label": `${many} times: ${titleOf(wanted)}` }),
  ` ${titleOf(wanted)}`)));

const enable = () => {
  for (const node of [$("[type=submit]", form), ...again.querySelectorAll("button")]) {
    block(node, barred("drive") || (busy ? "Busy." : ""));
  }
};

/** Opens the form of a kind of event for a process. */
export const prepare = (kind, processId) => {
  emit("show", "fire");
  choice.value = kind;
  build(kind === "remote" ? { creatorProcessId: processId } : { pid: processId });
  preview();
  (kind === "remote" ? form.pid : $("label:nth-of-type(2) input", fields) ?? $("[type=submit]", form)).focus();
};

// The processes among which the fields let one choose, the newest ones.
const choices = () => {
  const known = [...all().keys()].slice(-200);
  if ($("#pids").dataset.of === known.join()) return;
  $("#pids").dataset.of = known.join();
  fill($("#pids"), ...known.map(each => el("option", { attributes: { value: each, label: nameOf(each) } })));
  if (form.pid?.value === "") propose();
};

/** Begins to offer the forms. */
export const mount = () => {
  fill($("#fire"), form, command, outcome, again, el("datalist", { attributes: { id: "pids" } }));
  choice.addEventListener("change", propose);
  fields.addEventListener("input", preview);
  form.addEventListener("submit", event => {
    event.preventDefault();
    send(request());
  });
  const repeat = () => fired.length && send(fired[0]);
  form.addEventListener("keydown", event => {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    repeat();
  });
  key("r", "fire the last event again", repeat);
  propose();
  list();
  for (const signal of ["link", "self"]) listen(signal, enable);
  listen("processes", choices);
  listen("host", async () => {
    fill(outcome);
    terms = await vocabulary().catch(() => terms);
    propose();
    enable();
  });
};
