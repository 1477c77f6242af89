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
                .init(.createInfo, "CreateInfo != NULL", rule: "PRC-7"),
                .init(.hasCreateThreadNotifyRoutineEx, "PsSetCreateThreadNotifyRoutineEx != NULL", rule: "PRC-1"),
                .init(.accessDenied, "Reply.AccessDenied", rule: "PRC-3"),
                .init(
                    .ruleNotifyProcessCmdLineAtCreation, "ProcessRules & NotifyProcessCmdLine (0x20000000)",
                    rule: "PRC-5"),
            ]),
        Line(
            .createThreadNotify, "MpCreateThreadNotifyRoutine", .known("part 2"),
            "a thread is created; runs on the creating thread", rule: "THR",
            makes: [.sync(.newThreadSameProcess), .sync(.newThreadDifferentProcess), .async(.createThread)],
            checks: [
                .init(.create, "Create", rule: "THR-1"),
                .init(.targetIsNotSystem, "ProcessId != 4", rule: "THR-1"),
                .init(.isNotSystemThread, "!PsIsSystemThread(KeGetCurrentThread())", rule: "THR-1"),
                .init(.creatorContext, "MpGetProcessContextById(PsGetCurrentProcessId())", rule: "THR-2"),
                .init(.sameProcess, "ProcessId == PsGetCurrentProcessId()", rule: "THR-2"),
                .init(
                    .ruleNewThreadSameProcess, "ProcessRules & NotifyNewThreadSameProcess (0x10000000)",
                    rule: "THR-3"),
                .init(
                    .ruleNewThreadDifferentProcess, "ProcessRules & NotifyNewThreadDifferentProcess (0x400000)",
                    rule: "THR-4"),
            ]),
        Line(
            .createThreadNotifyEx, "MpCreateThreadNotifyRoutineEx", .known("part 2"),
            "a thread is created; runs on the new thread", rule: "TEX", makes: [.sync(.newThreadAndCmdLine)],
            checks: [
                .init(.createThreadNotifyLock, "MpProcessTable->CreateThreadNotifyLock != 0", rule: "TEX-1"),
                .init(.createEx, "Create", rule: "TEX-1"),
                .init(.currentIsNotSystem, "IoGetCurrentProcess() != PsInitialSystemProcess", rule: "TEX-1"),
                .init(.currentContext, "MpGetProcessContextByObject(IoGetCurrentProcess())", rule: "TEX-1"),
                .init(
                    .flagThreadNotifyRoutineExSet, "ProcessFlags & ThreadNotifyRoutineExSet (0x400)", rule: "TEX-1"),
                .init(
                    .ruleNotifyProcessCmdLine, "ProcessRules & NotifyProcessCmdLine (0x20000000)", rule: "TEX-1"),
                .init(.commandLineDiffers, "current command line != ProcessCmdLine", rule: "TEX-2"),
            ]),
        Line(
            .loadImageNotify, "MpLoadImageNotifyRoutine", .known("part 2"), "an image is loaded", rule: "IMG",
            makes: [
                .direct(.wow64cpuLoad), .async(.loadImage), .sync(.newImageLoadPerProcess),
                .sync(.newImageLoadPerStream),
            ],
            checks: [
                .init(.systemModeImage, "ImageInfo->SystemModeImage", rule: "IMG-1"),
                .init(.loaderContext, "MpGetProcessContextById(ProcessId)", rule: "IMG-1"),
                .init(.flagImageWow64cpuLoaded, "ProcessFlags & ImageWow64cpuLoaded (0x200)", rule: "IMG-2"),
                .init(.ruleNotifyWow64cpuLoad, "ProcessRules & NotifyWow64cpuLoad (0x800)", rule: "IMG-3"),
                .init(.isWow64cpu, "FullImageName ends in \\Windows\\System32\\Wow64cpu.dll", rule: "IMG-3"),
                .init(.extendedInfoPresent, "ImageInfo->ExtendedInfoPresent", rule: "IMG-4"),
                .init(.streamContext, "MpGetStreamContextFromFileObject(FileObject)", rule: "IMG-4"),
                .init(.ruleImageLoadPerStream, "StreamCtxRules & NotifyImageLoadRule (0x8000)", rule: "IMG-4"),
                .init(.ruleImageLoadPerProcess, "ProcessRules & NotifyImageLoadRule (0x8000000)", rule: "IMG-4"),
                .init(.asyncImageLoad, "!(ProcessRules & 0x200)", rule: "IMG-4"),
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
