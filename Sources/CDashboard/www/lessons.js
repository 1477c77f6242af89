// The tour and the lessons of docs/lessons. Each line is one call to a host that exists for the lesson alone: a title
// (none continues the step before), the call, its body, what to say, the view to look at then, and what is seen there.

const [process, thread, queue] = ["POST /processes", "POST /processes/584/threads", "POST /notifications/async"];
const pause = ["", "PUT /worker", { state: "paused" }];
const run = ["", "PUT /worker", { state: "running" }, "The worker runs again."];
const threads = "NotifyNewThreadSameProcess";
const notepad = { processId: 584, imageFileName: "notepad.exe", rules: [threads] };
const mimikatz = { processId: 584, imageFileName: "C:\\temp\\mimikatz.exe" };
const deny = { type: "embedded", replies: [{ imageFileName: "*\\mimikatz.exe", accessDenied: true }] };
const registry = { operation: "RegistryEvent" };
const high = { ...registry, highPriority: true };
const normal = { ...registry, highPriority: false };
const upload = [normal, normal, high, high, high, normal, normal].map(each =>
  JSON.stringify(Object.assign({ type: "notification", kind: "async" }, each))).join("\n");

const starvation = [
  ["A small limit", "PUT ?fresh=true", { config: { asyncStarvationLimit: 2 } }, "A host with a starvation limit of 2."],
  [...pause, "Its worker is paused."],
  ["Five messages", queue, normal, "Two messages with normal priority. The first:"],
  ["", queue, normal, "The second:"],
  ["", queue, high, "Three with high priority. The first:"],
  ["", queue, high, "The second:"],
  ["", queue, high, "The third:", "queue", "Two wait in the normal list, three in the other. In which order?"],
  ["Five steps", "POST /worker/steps", { count: 5 }, "The worker takes them in five steps.",
    "queue", "High, high, normal, high, normal: two with high priority in a row are the limit (ASY-6)."],
];

const dropOldest = [
  ["A small queue", "PUT ?fresh=true", { config: { maxAsyncNotificationCount: 2 } }, "A queue of two messages."],
  [...pause, "Its worker takes nothing."],
  ["Four messages", queue, registry, "Four messages. The first:"],
  ["", queue, registry, "The second:", "queue", "2 of 2: the queue is full."],
  ["", queue, registry, "The third:"],
  ["", queue, registry, "The fourth:", "messages", "1 was dropped for 3, 2 for 4: the oldest of their list (ASY-4)."],
  ["The sum", ...run.slice(1)],
  ["", "POST /worker/drain", undefined, "Wait until the queue is empty.",
    "queue", "enqueued 4 = sent 2 + failed 0 + dropped 2. The engine got 3 and 4."],
];

const timeout = [
  ["A slow engine", "PUT ?fresh=true", { config: { syncMonitorNotificationTimeoutMs: 20 },
    engine: { type: "embedded", replies: [{ kind: "sync", delayMs: 100 }] } },
    "An engine that takes 100 ms, and a driver that waits for 20 ms."],
  ["", process, notepad, "A process with the rule for threads in itself.", "processes", "The rule is armed."],
  ["A thread", thread, { threadId: 12 }, "The process creates a thread.",
    "why", "STATUS_TIMEOUT. The thread was created all the same, and the rule is still armed (SYN-6)."],
];

const commandLine = [
  ["A process with a rule", "PUT ?fresh=true", {}, "A new host."],
  ["", process, { processId: 584, imageFileName: "powershell.exe", commandLine: "powershell -File report.ps1",
    rules: ["NotifyProcessCmdLine"] }, "A process with a harmless command line, and the rule that compares it.",
    "processes", "NotifyProcessCmdLine is armed."],
  ["The change", "PUT /processes/584/command-line", { commandLine: "powershell -enc SQBFAFgA" },
    "An attacker changes the command line before the first thread starts."],
  ["The first thread", thread, { threadId: 12, creatorProcessId: 4 }, "The first thread: the Ex routine compares.",
    "why", "The last condition holds: NewThreadAndCmdLine was sent, with both command lines (TEX-2)."],
];

const oneShot = [
  ["A process with a rule", "PUT ?fresh=true", {}, "A new host."],
  ["", process, notepad, "A process with the rule for threads in itself.", "processes", "The rule is armed."],
  ["Two threads", thread, { threadId: 12 }, "A thread.",
    "why", "It was reported, and the engine's answer cleared the rule (SYN-9)."],
  ["", thread, { threadId: 16 }, "Another thread.", "why", "Not reported: the process lacks the rule now."],
  ["The rule again", "PATCH /processes/584/rules", { set: [threads] }, "To see the next one, an engine sets it again."],
  ["", thread, { threadId: 20 }, "A third thread.", "why", "It was reported."],
];

const denied = [
  ["An engine that denies", "PUT ?fresh=true", { engine: deny }, "An engine that denies one image."],
  ["", process, mimikatz, "Somebody starts that image.",
    "processes", "There is no process 584: the engine got CreateProcess and denied it (PRC-3)."],
  ["", process, { processId: 588, imageFileName: "C:\\temp\\notepad.exe" }, "Another image.",
    "processes", "This process was created."],
  ["A reply that cannot be read", "PUT /engine", { type: "embedded", reply: "mismatch" },
    "An engine whose reply cannot be read lets the process start."],
  ["", process, { ...mimikatz, processId: 592 }, "The denied image once more.",
    "messages", "It was created. Message 3 says that its reply could not be read; below the queue, mismatches is 1."],
];

const tour = [
  ["A process is created", "PUT ?fresh=true",
    { config: { maxAsyncNotificationCount: 5, asyncStarvationLimit: 2, syncMonitorNotificationTimeoutMs: 200 } },
    "The tour makes a host of its own, with a queue of five messages. Leaving the tour deletes it."],
  ["", process, { processId: 664, imageFileName: "C:\\Windows\\explorer.exe" },
    "A process starts. The driver sends CreateProcess directly and waits for the engine's answer (PRC-2).",
    "messages", "Message 1 is direct: it did not wait in the queue. Select it to see its bytes."],
  ["", process, { ...notepad, processId: 700 }, "A second one, with a rule for the threads that it creates in itself.",
    "processes", "Both are children of System. The rule of 700 is armed: filled, with ●."],
  ["A rule is armed", "PATCH /processes/664/rules", { set: ["NotifyNewThreadDifferentProcess"] },
    "An engine wants to know when 664 creates a thread in another process.",
    "processes", "664 has the rule now. Nothing was sent: a rule waits for its event."],
  ["A thread in another process", "POST /processes/700/threads", { creatorProcessId: 664 },
    "664 creates a thread in 700, as an injection does.",
    "why", "A sync message came, whose acknowledgment cleared the rule (○), and an async one (THR-4)."],
  ["Rules are one-shot", "POST /processes/700/threads", { creatorProcessId: 664 }, "664 does the same again.",
    "why", "Nothing was sent: 664 does not have the rule any more (SYN-9). The button below sets it again."],
  ["A full queue drops its oldest", ...pause.slice(1), "Pause the worker, as if the engine were busy."],
  ["", "POST /events", upload, "Seven messages for a queue of five: two normal, three with high priority, two normal.",
    "queue", "▼ 2 dropped: each message too many removed the oldest one of its own list (ASY-4)."],
  ["Neither list starves", ...starvation.at(-1).slice(1)],
  run,
  ["A slow engine", "PUT /engine", { type: "embedded", replies: [{ kind: "sync", delayMs: 400 }] },
    "The engine now takes 400 ms for a sync message. The driver waits for 200 ms."],
  ["", "POST /processes/700/threads", {}, "700 creates a thread in itself, for which it has a rule.",
    ...timeout.at(-1).slice(4)],
  ["A denied process", "PUT /engine", deny, "An engine can deny a process. This one denies an image."],
  denied[1],
  ["A command line that was changed", ...commandLine[1].slice(1)],
  ["", ...commandLine[2].slice(1)],
  ["", thread, { creatorProcessId: 4 }, ...commandLine[3].slice(3)],
];

const lesson = (title, lines, host = "lesson") => ({ title, host,
  steps: lines.map(([name, call, body, say, at, look]) => {
    const [method, path] = call.split(" ");
    return { title: name, method, path, body, say, at, look };
  }) });

/** The tour and the lessons by their names in the address: title, host, and steps of one call each. */
export const lessons = {
  tour: lesson("Tour", tour, "tour"),
  starvation: lesson("Starvation in five messages", starvation),
  "drop-oldest": lesson("A full queue drops the oldest", dropOldest),
  timeout: lesson("An engine that answers too late", timeout),
  "tampered-command-line": lesson("A command line that was changed before the first thread", commandLine),
  "one-shot-rules": lesson("Rules are one-shot", oneShot),
  "denied-process": lesson("A process that the engine denies", denied),
};
