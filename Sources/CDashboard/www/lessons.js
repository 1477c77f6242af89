// The tour and the lessons of docs/lessons. Each line is one call to a host that exists for the lesson alone: a title
// (none continues the step before), the call, its body, what to say, the view to look at then, and what is seen there.

const threads = "NotifyNewThreadSameProcess";
const notepad = { processId: 584, imageFileName: "notepad.exe", rules: [threads] };
const powershell = "C:\\Windows\\System32\\powershell.exe";
const harmless = "powershell -File report.ps1";
const tampered = { commandLine: "powershell -enc SQBFAFgA" };
const deny = { type: "embedded", replies: [{ imageFileName: "*\\mimikatz.exe", accessDenied: true }] };
const registry = { operation: "RegistryEvent" };
const upload = [false, false, true, true, true, false, false].map(highPriority =>
  JSON.stringify({ type: "notification", kind: "async", ...registry, highPriority })).join("\n");

const tour = [
  ["A process is created", "PUT ?fresh=true",
    { config: { maxAsyncNotificationCount: 5, asyncStarvationLimit: 2, syncMonitorNotificationTimeoutMs: 200 } },
    "The tour makes a host of its own, with a queue of five messages. Leaving the tour deletes it."],
  ["", "POST /processes", { processId: 584, imageFileName: powershell },
    "A process starts. The driver sends CreateProcess directly and waits for the engine's answer (PRC-2).",
    "messages", "Message 1 is direct: it did not wait in the queue. Select it to see its bytes."],
  ["", "POST /processes", { processId: 664, imageFileName: "C:\\Windows\\System32\\notepad.exe", rules: [threads] },
    "A second process starts, with a rule for the threads that it creates in itself.",
    "processes", "Both are children of System. The rule of 664 is armed: filled, with ●."],
  ["A rule is armed", "PATCH /processes/584/rules", { set: ["NotifyNewThreadDifferentProcess"] },
    "An engine wants to know when 584 creates a thread in another process.",
    "processes", "584 has the rule now. Nothing was sent: a rule waits for its event."],
  ["A thread in another process", "POST /processes/664/threads", { creatorProcessId: 584 },
    "584 creates a thread in 664, as an injection does.",
    "why", "A sync message came, whose acknowledgment cleared the rule (○), and an async one (THR-4)."],
  ["Rules are one-shot", "POST /processes/664/threads", { creatorProcessId: 584 }, "584 does the same again.",
    "why", "Nothing was sent: 584 does not have the rule any more (SYN-9). The button below would set it again."],
  ["A full queue drops its oldest", "PUT /worker", { state: "paused" },
    "The worker takes messages out of the queue. Pause it, as if the engine were busy."],
  ["", "POST /events", upload,
    "Seven messages for a queue of five: two with normal priority, three with high priority, two more normal ones.",
    "queue", "▼ 2 dropped: each message too many removed the oldest one of its own list (ASY-4)."],
  ["Neither list starves", "POST /worker/steps", { count: 5 },
    "The worker takes all five. It prefers high priority, but not forever.",
    "queue", "Taken: high, high, normal, high, normal. Two in a row is the starvation limit (ASY-6)."],
  ["", "PUT /worker", { state: "running" }, "The worker runs again."],
  ["A slow engine", "PUT /engine", { type: "embedded", replies: [{ kind: "sync", delayMs: 400 }] },
    "The engine now takes 400 ms for a sync message. The driver waits for 200 ms."],
  ["", "POST /processes/664/threads", {}, "664 creates a thread in itself, for which it has a rule.",
    "why", "The message failed with STATUS_TIMEOUT, the thread continued, and the rule is still armed (SYN-6)."],
  ["A denied process", "PUT /engine", deny, "An engine can deny a process. This one denies an image."],
  ["", "POST /processes", { processId: 700, imageFileName: "C:\\temp\\mimikatz.exe" }, "Somebody starts that image.",
    "processes", "There is no process 700: the engine got CreateProcess and denied it (PRC-3)."],
  ["A command line that was changed", "POST /processes",
    { processId: 712, imageFileName: powershell, commandLine: harmless, rules: ["NotifyProcessCmdLine"] },
    "A process starts with a harmless command line, and with the rule that compares it at the first thread."],
  ["", "PUT /processes/712/command-line", tampered,
    "An attacker changes the command line before the first thread starts."],
  ["", "POST /processes/712/threads", { creatorProcessId: 4 }, "The first thread starts, and the Ex routine compares.",
    "why", "NewThreadAndCmdLine was sent, with both command lines (TEX-2). That was the tour."],
];

const starvation = [
  ["A small limit", "PUT ?fresh=true", { config: { asyncStarvationLimit: 2 } }, "A host with a starvation limit of 2."],
  ["", "PUT /worker", { state: "paused" }, "Its worker is paused."],
  ["Five messages", "POST /notifications/async", { ...registry, highPriority: false },
    "Two messages with normal priority. The first:"],
  ["", "POST /notifications/async", { ...registry, highPriority: false }, "The second:"],
  ["", "POST /notifications/async", { ...registry, highPriority: true }, "Three with high priority. The first:"],
  ["", "POST /notifications/async", { ...registry, highPriority: true }, "The second:"],
  ["", "POST /notifications/async", { ...registry, highPriority: true }, "The third:",
    "queue", "1 and 2 wait in the normal list, 3 to 5 in the high-priority list. In which order will they be taken?"],
  ["Five steps", "POST /worker/steps", { count: 5 }, "The worker takes them in five steps.",
    "queue", "3, 4, 1, 5, 2. Message 1 overtakes message 5: two with high priority in a row are the limit (ASY-6)."],
];

const dropOldest = [
  ["A small queue", "PUT ?fresh=true", { config: { maxAsyncNotificationCount: 2 } }, "A queue of two messages."],
  ["", "PUT /worker", { state: "paused" }, "Its worker takes nothing."],
  ["Four messages", "POST /notifications/async", registry, "Four messages. The first:"],
  ["", "POST /notifications/async", registry, "The second:", "queue", "2 of 2: the queue is full."],
  ["", "POST /notifications/async", registry, "The third:"],
  ["", "POST /notifications/async", registry, "The fourth:",
    "messages", "1 was dropped for 3, and 2 for 4: always the oldest of the same list (ASY-4)."],
  ["The sum", "PUT /worker", { state: "running" }, "The worker runs again."],
  ["", "POST /worker/drain", undefined, "Wait until the queue is empty.",
    "queue", "enqueued 4 = sent 2 + failed 0 + dropped 2. The engine got 3 and 4."],
];

const timeout = [
  ["A slow engine", "PUT ?fresh=true", { config: { syncMonitorNotificationTimeoutMs: 20 },
    engine: { type: "embedded", replies: [{ kind: "sync", delayMs: 100 }] } },
    "An engine that takes 100 ms, and a driver that waits for 20 ms."],
  ["", "POST /processes", notepad, "A process with the rule for threads in itself.", "processes", "The rule is armed."],
  ["A thread", "POST /processes/584/threads", { threadId: 12 }, "The process creates a thread.",
    "why", "STATUS_TIMEOUT. The thread was created all the same, and the rule is still armed (SYN-6)."],
];

const commandLine = [
  ["A process with a rule", "PUT ?fresh=true", {}, "A host with the settings of the service."],
  ["", "POST /processes", { processId: 584, imageFileName: "powershell.exe", commandLine: harmless,
    rules: ["NotifyProcessCmdLine"] }, "A process with the rule for its command line.",
    "processes", "NotifyProcessCmdLine is armed."],
  ["The change", "PUT /processes/584/command-line", tampered,
    "An attacker changes the command line before the first thread starts."],
  ["The first thread", "POST /processes/584/threads", { threadId: 12, creatorProcessId: 4 }, "The first thread starts.",
    "why", "The last condition of the Ex routine holds: NewThreadAndCmdLine has both command lines (TEX-2)."],
];

const oneShot = [
  ["A process with a rule", "PUT ?fresh=true", {}, "A host with the settings of the service."],
  ["", "POST /processes", notepad, "A process with the rule for threads in itself.", "processes", "The rule is armed."],
  ["Two threads", "POST /processes/584/threads", { threadId: 12 }, "A thread.",
    "why", "It was reported, and the engine's answer cleared the rule (SYN-9)."],
  ["", "POST /processes/584/threads", { threadId: 16 }, "Another thread.",
    "why", "It was not reported: the process does not have the rule any more."],
  ["The rule again", "PATCH /processes/584/rules", { set: [threads] },
    "To see the next one too, an engine sets the rule again."],
  ["", "POST /processes/584/threads", { threadId: 20 }, "A third thread.", "why", "It was reported."],
];

const denied = [
  ["An engine that denies", "PUT ?fresh=true", { engine: deny }, "An engine that denies one image."],
  ["", "POST /processes", { processId: 584, imageFileName: "C:\\temp\\mimikatz.exe" }, "Somebody starts that image.",
    "processes", "There is no process 584: the engine got message 1 and denied it (PRC-3)."],
  ["", "POST /processes", { processId: 588, imageFileName: "C:\\temp\\notepad.exe" }, "Another image.",
    "processes", "This process was created."],
  ["A reply that cannot be read", "PUT /engine", { type: "embedded", reply: "mismatch" },
    "An engine whose reply cannot be read lets the process start."],
  ["", "POST /processes", { processId: 592, imageFileName: "C:\\temp\\mimikatz.exe" }, "The denied image once more.",
    "queue", "It was created. The ledger counts one mismatch, and message 3 says what was wrong."],
];

const step = ([title, line, body, say, at, look]) => {
  const [method, path] = line.split(" ");
  return { title, method, path, body, say, at, look };
};

const lesson = (title, lines, host = "lesson") => ({ title, host, steps: lines.map(step) });

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
