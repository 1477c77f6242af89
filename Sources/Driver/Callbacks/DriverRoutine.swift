public import Messages

/// The driver's routines, as named in answers and in the journal.
public enum DriverRoutine: UInt8, CaseIterable, Sendable {
    /// Process creation and exit; calls MpHandleProcessNotification and MpSendProcessMessage.
    case createProcessNotifyEx
    /// Thread creation, in the context of the creating thread.
    case createThreadNotify
    /// Thread creation, in the context of the new thread.
    case createThreadNotifyEx
    /// Image loads.
    case loadImageNotify
    /// A synchronous notification that a client requested explicitly.
    case sendSyncMonitorNotification
    /// An asynchronous notification that a client requested explicitly.
    case asyncSendNotification

    /// A line of the table of routines.
    struct Line: Sendable {
        let routine: DriverRoutine
        let term: Term
        /// The types of message that it creates from events.
        let messageTypes: [MessageType]
        /// Its checks, in order.
        let checks: [Check.Line]

        init(
            _ routine: DriverRoutine, _ name: String, _ provenance: Provenance, _ meaning: String, rule: String,
            makes messageTypes: [MessageType] = [], checks: [Check.Line] = []
        ) {
            self.routine = routine
            term = Term(name, provenance, meaning, rules: [rule])
            self.messageTypes = messageTypes
            self.checks = checks
        }
    }

    /// The table of routines, with their checks as they would read in the driver's code.
    static let table: [Line] = [
        Line(
            .createProcessNotifyEx, "MpCreateProcessNotifyRoutineEx", .known("part 1"),
            "a process is created or exits", rule: "PRC", makes: [.direct(.createProcess), .async(.createProcess)],
            checks: [
                .init(
                    .createInfo, "CreateInfo != NULL", "the process is created, it does not exit", rule: "PRC-7",
                    looksAt: .pointer),
                .init(
                    .hasCreateThreadNotifyRoutineEx, "PsSetCreateThreadNotifyRoutineEx != NULL",
                    "the machine has the Ex routine, so the context gets flag 0x400", rule: "PRC-1", looksAt: .pointer),
                .init(
                    .accessDenied, "Reply.AccessDenied", "the engine denied the creation", rule: "PRC-3",
                    looksAt: .reply),
                .init(
                    .ruleNotifyProcessCmdLineAtCreation, "ProcessRules & NotifyProcessCmdLine (0x20000000)",
                    "the process has the rule for its command line, so it counts into CreateThreadNotifyLock",
                    rule: "PRC-5", looksAt: .word),
            ]),
        Line(
            .createThreadNotify, "MpCreateThreadNotifyRoutine", .known("part 2"),
            "a thread is created; runs on the creating thread", rule: "THR",
            makes: [.sync(.newThreadSameProcess), .sync(.newThreadDifferentProcess), .async(.createThread)],
            checks: [
                .init(.create, "Create", "the thread is created, not deleted", rule: "THR-1"),
                .init(
                    .targetIsNotSystem, "ProcessId != 4", "the target is not System", rule: "THR-1", looksAt: .number),
                .init(
                    .isNotSystemThread, "!PsIsSystemThread(KeGetCurrentThread())",
                    "the creating thread is not a system thread", rule: "THR-1", looksAt: .negated),
                .init(
                    .creatorContext, "MpGetProcessContextById(PsGetCurrentProcessId())", "the creator has a context",
                    rule: "THR-2", looksAt: .processContext),
                .init(
                    .sameProcess, "ProcessId == PsGetCurrentProcessId()", "creator and target are the same process",
                    rule: "THR-2", looksAt: .processIds),
                .init(
                    .ruleNewThreadSameProcess, "ProcessRules & NotifyNewThreadSameProcess (0x10000000)",
                    "the creator has the rule for threads in itself", rule: "THR-3", looksAt: .word),
                .init(
                    .ruleNewThreadDifferentProcess, "ProcessRules & NotifyNewThreadDifferentProcess (0x400000)",
                    "the creator has the rule for threads in others", rule: "THR-4", looksAt: .word),
            ]),
        Line(
            .createThreadNotifyEx, "MpCreateThreadNotifyRoutineEx", .known("part 2"),
            "a thread is created; runs on the new thread", rule: "TEX", makes: [.sync(.newThreadAndCmdLine)],
            checks: [
                .init(
                    .createThreadNotifyLock, "MpProcessTable->CreateThreadNotifyLock != 0",
                    "some process has yet to be checked", rule: "TEX-1", looksAt: .number),
                .init(.createEx, "Create", "the thread is created, not deleted", rule: "TEX-1"),
                .init(
                    .currentIsNotSystem, "IoGetCurrentProcess() != PsInitialSystemProcess",
                    "the current process is not System", rule: "TEX-1", looksAt: .number),
                .init(
                    .currentContext, "MpGetProcessContextByObject(IoGetCurrentProcess())",
                    "the new thread's process has a context", rule: "TEX-1", looksAt: .processContext),
                .init(
                    .flagThreadNotifyRoutineExSet, "ProcessFlags & ThreadNotifyRoutineExSet (0x400)",
                    "the process has not been checked yet", rule: "TEX-1", looksAt: .word),
                .init(
                    .ruleNotifyProcessCmdLine, "ProcessRules & NotifyProcessCmdLine (0x20000000)",
                    "the process has the rule for its command line", rule: "TEX-1", looksAt: .word),
                .init(
                    .commandLineDiffers, "current command line != ProcessCmdLine",
                    "the command line differs from the captured one", rule: "TEX-2", looksAt: .commandLines),
            ]),
        Line(
            .loadImageNotify, "MpLoadImageNotifyRoutine", .known("part 2"), "an image is loaded", rule: "IMG",
            makes: [
                .direct(.wow64cpuLoad), .async(.loadImage), .sync(.newImageLoadPerProcess),
                .sync(.newImageLoadPerStream),
            ],
            checks: [
                .init(.systemModeImage, "ImageInfo->SystemModeImage", "the image is a kernel image", rule: "IMG-1"),
                .init(
                    .loaderContext, "MpGetProcessContextById(ProcessId)", "the process has a context", rule: "IMG-1",
                    looksAt: .processContext),
                .init(
                    .flagImageWow64cpuLoaded, "ProcessFlags & ImageWow64cpuLoaded (0x200)",
                    "the process loaded wow64cpu.dll before", rule: "IMG-2", looksAt: .word),
                .init(
                    .ruleNotifyWow64cpuLoad, "ProcessRules & NotifyWow64cpuLoad (0x800)",
                    "the process has the rule for wow64cpu.dll", rule: "IMG-3", looksAt: .word),
                .init(
                    .isWow64cpu, "FullImageName ends in \\Windows\\System32\\Wow64cpu.dll", "the image is wow64cpu.dll",
                    rule: "IMG-3", looksAt: .name),
                .init(
                    .extendedInfoPresent, "ImageInfo->ExtendedInfoPresent", "the load has a file object", rule: "IMG-4"),
                .init(
                    .streamContext, "MpGetStreamContextFromFileObject(FileObject)", "the file has a stream context",
                    rule: "IMG-4", looksAt: .streamContext),
                .init(
                    .ruleImageLoadPerStream, "StreamCtxRules & NotifyImageLoadRule (0x8000)",
                    "the stream has the rule for image loads", rule: "IMG-4", looksAt: .word),
                .init(
                    .ruleImageLoadPerProcess, "ProcessRules & NotifyImageLoadRule (0x8000000)",
                    "the process has the rule for image loads", rule: "IMG-4", looksAt: .word),
                .init(
                    .asyncImageLoad, "!(ProcessRules & 0x200)",
                    "the process's rules let the asynchronous message through", rule: "IMG-4", looksAt: .word),
            ]),
        Line(
            .sendSyncMonitorNotification, "MpSendSyncMonitorNotification", .known("part 2"),
            "sends a synchronous message and waits for its answer", rule: "SYN"),
        Line(
            .asyncSendNotification, "MpAsyncSendNotification", .known("part 2"),
            "puts a message into the asynchronous queue", rule: "ASY"),
    ]

    private var line: Line { Self.table[Int(rawValue)] }

    /// The driver's name for it, with its source and meaning.
    public var term: Term { line.term }
    /// The driver's name for it.
    public var name: String { line.term.name }
    /// Its checks, in order; empty for a routine that no event triggers.
    public var checks: [Check.Line] { line.checks }
    /// The types of message that it creates from events.
    public var messageTypes: [MessageType] { line.messageTypes }
}

/// A condition that a routine checks. The table of routines lists them in the order of these cases.
public enum Check: UInt8, CaseIterable, Sendable {
    // MpCreateProcessNotifyRoutineEx
    case createInfo, hasCreateThreadNotifyRoutineEx, accessDenied, ruleNotifyProcessCmdLineAtCreation
    // MpCreateThreadNotifyRoutine
    case create, targetIsNotSystem, isNotSystemThread, creatorContext, sameProcess, ruleNewThreadSameProcess,
        ruleNewThreadDifferentProcess
    // MpCreateThreadNotifyRoutineEx
    case createThreadNotifyLock, createEx, currentIsNotSystem, currentContext, flagThreadNotifyRoutineExSet,
        ruleNotifyProcessCmdLine, commandLineDiffers
    // MpLoadImageNotifyRoutine
    case systemModeImage, loaderContext, flagImageWow64cpuLoaded, ruleNotifyWow64cpuLoad, isWow64cpu,
        extendedInfoPresent, streamContext, ruleImageLoadPerStream, ruleImageLoadPerProcess, asyncImageLoad

    /// A condition in the table of routines.
    public struct Line: Sendable {
        /// The check.
        public let check: Check
        /// The condition as it would read in the driver's code.
        public let text: StaticString
        /// What it means if it holds: a phrase without a period.
        public let meaning: String
        /// The rule of the driver model that it belongs to.
        public let rule: String
        let operand: Operand

        init(
            _ check: Check, _ text: StaticString, _ meaning: String, rule: String, looksAt operand: Operand = .boolean
        ) {
            self.check = check
            self.text = text
            self.meaning = meaning
            self.rule = rule
            self.operand = operand
        }
    }

    /// The routine and the line of each condition, by raw value.
    private static let lines: [(routine: DriverRoutine, line: Line)] = DriverRoutine.table.flatMap { row in
        row.checks.map { (row.routine, $0) }
    }

    /// The routine that checks it.
    public var routine: DriverRoutine { Self.lines[Int(rawValue)].routine }

    /// The condition as it would read in the driver's code.
    public var text: StaticString { Self.lines[Int(rawValue)].line.text }

    /// What it looks at.
    var operand: Operand { Self.lines[Int(rawValue)].line.operand }

    /// The rule of the driver model that it belongs to.
    public var rule: String { Self.lines[Int(rawValue)].line.rule }
}
