import Driver
import DriverJSON
import Messages

/// The events of a simulated machine that lines of an upload can cause.
///
/// A new event is a case, a line of `table` and, if no existing call fits, a case of `DriverCall`. Native lines, reports,
/// the gaps of recordings, the glossary, the vocabulary and openapi.yaml then have it (decision 28).
public enum DriverEvent: UInt8, CaseIterable, Sendable {
    // Clients see this order in the fault of an unknown type.
    case processCreate, processExit, threadCreate, threadExit, imageLoad, driverLoad, setRules, streamContext
    case notification, clock

    /// A line of the table of events.
    struct Line: Sendable {
        let event: DriverEvent
        let term: Term
        /// The routines that run, in order.
        let routines: [DriverRoutine]
        /// The operationIds of the requests that cause the same event.
        let operations: [String]
        let native: NativeForm
        /// How Sysmon records it; nil if it does not.
        let sysmon: SysmonForm?

        /// An event that runs routines of the driver.
        init(
            _ event: DriverEvent, _ name: String, runs routines: DriverRoutine..., meaning: String, rules: [String],
            operations: String..., native: NativeForm, sysmon: SysmonForm? = nil
        ) {
            self.event = event
            self.routines = routines
            self.operations = operations
            self.native = native
            self.sysmon = sysmon
            term = Term(
                name, driverName: routines.map(\.name).joined(separator: ", "), routines[0].term.provenance, meaning,
                rules: rules)
        }

        /// An event that no routine of the driver handles.
        init(
            _ event: DriverEvent, _ name: String, decided reason: String, meaning: String, rules: [String],
            operations: String..., native: NativeForm
        ) {
            self.event = event
            routines = []
            self.operations = operations
            self.native = native
            sysmon = nil
            term = Term(name, driverName: nil, .decided(reason), meaning, rules: rules)
        }
    }

    /// The table of events. Reports list the gaps of a recording in the order of its lines.
    static let table: [Line] = [
        Line(
            .processCreate, "processCreate", runs: .createProcessNotifyEx, meaning: "a process is created",
            rules: ["PRC"], operations: "createProcess",
            native: NativeForm(ProcessCreation.self) { .createProcess($0, .new) },
            sysmon: SysmonForm(1, lacks: "creations", SysmonEvent.Content.processCreate)),
        Line(
            .processExit, "processExit", runs: .createProcessNotifyEx, meaning: "a process exits", rules: ["PRC-7"],
            operations: "exitProcess", native: NativeForm(ids: "processId") { .exitProcess($0) },
            sysmon: SysmonForm(5, lacks: "exits", SysmonEvent.Content.processTerminate)),
        Line(
            .imageLoad, "imageLoad", runs: .loadImageNotify, meaning: "a process loads an image", rules: ["IMG"],
            operations: "loadImage",
            native: NativeForm(
                of: NativeImageLoad.self, note: "Process 0 loads a kernel image, unless `systemModeImage` is false."
            ) { .loadImage($1.load(by: $0)) },
            sysmon: SysmonForm(
                7, lacks: "image loads", limits: "has no base address, size or thread: they are 0",
                SysmonEvent.Content.imageLoad)),
        Line(
            .driverLoad, "driverLoad", runs: .loadImageNotify, meaning: "a kernel image is loaded", rules: ["IMG-1"],
            operations: "loadDriver", native: NativeForm(DriverLoad.self) { .loadImage($0.imageLoad) },
            sysmon: SysmonForm(6, lacks: "kernel images", SysmonEvent.Content.driverLoad)),
        Line(
            .threadCreate, "threadCreate", runs: .createThreadNotify, .createThreadNotifyEx,
            meaning: "a thread is created", rules: ["THR", "TEX"], operations: "createThread",
            native: NativeForm(of: ThreadCreation.self) { .createThread($1, in: $0) },
            sysmon: SysmonForm(
                8, lacks: "remote threads", limits: "does not name the creating thread",
                SysmonEvent.Content.createRemoteThread)),
        Line(
            .threadExit, "threadExit", runs: .createThreadNotify, .createThreadNotifyEx, meaning: "a thread exits",
            rules: ["THR-1", "TEX-1"], operations: "deleteThread",
            native: NativeForm(ids: "processId", "threadId") { .deleteThread($1, of: $0) }),
        Line(
            .setRules, "setRules", decided: "only the engine sets rules on a real machine",
            meaning: "the rules of a process change", rules: ["DATA-4"],
            operations: "putProcessRules", "patchProcessRules",
            native: NativeForm(of: NativeRuleChange.self, note: "Either `rules`, or `set` or `clear` or both.") {
                .changeRules(of: $0, $1.change)
            }),
        Line(
            .streamContext, "streamContext", decided: "the callbacks for files are not modeled",
            meaning: "a file gets a stream context", rules: ["DATA-5"], operations: "createStreamContext",
            native: NativeForm(StreamContextCreation.self) { .createStreamContext($0) }),
        Line(
            .notification, "notification", runs: .sendSyncMonitorNotification, .asyncSendNotification,
            meaning: "a notification is sent as given, without a callback", rules: ["SYN-1", "ASY-1"],
            operations: "sendSyncNotification", "sendAsyncNotification",
            native: NativeForm(
                NativeNotification.self,
                note: "`kind` is `sync` or `async`; the other members are those of the request for that kind."
            ) { $0.call }),
        Line(
            .clock, "clock", decided: "the driver only reads the clock", meaning: "the host's clock is set or advanced",
            rules: [], operations: "putClock", native: NativeForm(ClockStep.self) { .makeClockStep($0) }),
    ]
}

/// One call of the driver.
indirect enum DriverCall: Sendable {
    case createProcess(ProcessCreation, CreationKind)
    case exitProcess(UInt32)
    case createThread(ThreadCreation)
    case deleteThread(UInt32, of: UInt32)
    case loadImage(ImageLoad)
    case changeRules(of: UInt32, WordChange<ProcessRules>)
    case createStreamContext(StreamContextCreation)
    case sendSync(SyncNotificationRequest)
    case sendAsync(AsyncNotificationRequest)
    case makeClockStep(ClockStep)

    /// Whether the call may put a message into the queue.
    var mayEnqueue: Bool {
        switch self {
        case .exitProcess, .createThread, .loadImage, .sendAsync: true
        case .createProcess, .deleteThread, .changeRules, .createStreamContext, .sendSync, .makeClockStep: false
        }
    }

    /// Makes the call, which `completion` ends unless this throws. `grant` is for a creation, as in `perform`.
    func start(
        on driver: Driver, _ grant: RulePolicy.Grant?, _ caller: CallerTag?,
        completion: @escaping @Sendable (Outcome) -> Void
    ) throws(DriverError) {
        switch self {
        case .createProcess(let creation, let kind):
            try kind.start(creation, on: driver, grant, caller, completion: completion)
        case .exitProcess(let processId): completion(.done(try driver.exitProcess(processId, caller: caller)))
        case .createThread(let creation):
            try driver.createThread(creation, caller: caller) { completion(.done($0.routines)) }
        case .deleteThread(let threadId, let processId):
            completion(.done(try driver.deleteThread(threadId, of: processId)))
        case .loadImage(let load): try driver.loadImage(load, caller: caller) { completion(.done($0)) }
        case .changeRules(let processId, let change):
            _ = try driver.changeRules(of: processId, change)
            completion(.done([]))
        case .createStreamContext(let creation):
            _ = try driver.createStreamContext(fileName: creation.fileName, rules: creation.rules)
            completion(.done([]))
        case .sendSync(let request):
            try driver.sendSyncNotification(
                try request.data(on: driver), processId: request.processId, ioPriority: request.ioPriority,
                caller: caller
            ) { completion(.done([RoutineReport(of: $0)])) }
        case .sendAsync(let request):
            let record = try driver.sendAsyncNotification(
                request.operation, request.body, processId: request.processId, highPriority: request.highPriority,
                caller: caller)
            completion(.done([RoutineReport(of: record)]))
        case .makeClockStep: completion(.done([]))  // made by the feed, which knows the host's clock
        }
    }
}
