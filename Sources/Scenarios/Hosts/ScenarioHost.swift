public import Messages

/// A host that a case runs on: a driver in this process, or a host of a service. A run cannot tell which.
///
/// All methods except the completion of `perform` are called on the thread of the case.
public protocol ScenarioHost: AnyObject, Sendable {
    /// Its name in the scenario.
    var name: String { get }

    /// Starts `call`, and calls `completion` once it is done: before this returns or later, on any thread. The first result
    /// counts.
    ///
    /// When this returns, the call has reached the driver. The messages that it makes get `tag`. Unless `inBackground` is true,
    /// this may block the thread until the call is done or the time of the case is over.
    func perform(
        _ call: HostCall, tag: StepTag, inBackground: Bool,
        completion: @escaping @Sendable (Result<CallOutcome, CallFailure>) -> Void)

    /// All messages with a sequence above `sequence`, oldest first.
    func messages(after sequence: UInt64) throws(HostFault) -> [ObservedMessage]

    /// The sequence of the newest message; 0 without one.
    func newestSequence() throws(HostFault) -> UInt64

    /// The live process with a pid.
    func process(_ processId: UInt32) throws(HostFault) -> ObservedProcess?

    /// The live processes with this image, a glob, or all; at most `limit`.
    func processes(imageFileName: String?, limit: Int) throws(HostFault) -> [ObservedProcess]

    /// The live thread of a process with a tid; nil also without the process.
    func thread(_ threadId: UInt32, of processId: UInt32) throws(HostFault) -> AuxTidCreationTime?

    /// The number of threads of a live process.
    func threadCount(of processId: UInt32) throws(HostFault) -> Int

    /// The stream context with an id.
    func stream(_ id: UInt64) throws(HostFault) -> ObservedStream?

    /// The loaded kernel images, each with the fields of `StateField.drivers`.
    func loadedDrivers() throws(HostFault) -> [ObservedValue]

    /// The first processes that were created (PRC-8), each with the fields of `StateField.bootProcesses`.
    func bootProcesses() throws(HostFault) -> [ObservedValue]

    /// The counters, as `GET /counters` has them.
    func counters() throws(HostFault) -> ObservedValue

    /// The queue and its worker, as `GET /queues` has them.
    func queues() throws(HostFault) -> ObservedValue
}

/// A stream context of a host, as a run sees it.
public struct ObservedStream: Sendable {
    /// The file.
    public let fileName: String
    /// The rules.
    public let rules: ObservedValue

    /// The stream context of `fileName`.
    public init(fileName: String, rules: ObservedValue) {
        self.fileName = fileName
        self.rules = rules
    }
}

/// The tool or the service failed, so that nothing can be said about the case.
public struct HostFault: Error, Hashable, Sendable {
    /// Why, a phrase.
    public let detail: String
    /// Whether the scenario is at fault after all: it names a file that cannot be read.
    public let isOfScenario: Bool

    /// A failure that `detail` describes.
    public init(_ detail: String, isOfScenario: Bool = false) {
        self.detail = detail
        self.isOfScenario = isOfScenario
    }
}

/// Why a call was not made.
public enum CallFailure: Error, Sendable {
    /// The host refused it.
    case refused(Refusal)
    /// The tool or the service failed.
    case failed(HostFault)
}

/// A problem of the API.
public struct Refusal: Hashable, Sendable {
    /// The last part of its type, `unknown-process`.
    public let problem: String
    /// The detail, a phrase.
    public let detail: String

    /// The problem `problem`.
    public init(problem: String, detail: String) {
        self.problem = problem
        self.detail = detail
    }
}

/// The outcome of a call.
public struct CallOutcome: Sendable {
    /// The routines that ran, in order.
    public var routines: [ObservedRoutine] = []
    /// The process that was created; nil if it was denied, or if none was to be created.
    public var process: AuxPidCreationTime?
    /// Whether the engine denied the process.
    public var isDenied = false
    /// The thread that was created.
    public var thread: AuxTidCreationTime?
    /// The stream context that was created.
    public var stream: UInt64?
    /// The messages that the worker took, or that were requested explicitly.
    public var messages: [UInt64] = []
    /// The result of a replay.
    public var replay: ReplayOutcome?

    /// A call that did nothing.
    public init() {}
}

/// The result of a replay.
public struct ReplayOutcome: Sendable {
    /// The fields of the report that an expectation can name.
    public var fields: ObservedValue
    /// How many lines were rejected.
    public var rejectedCount: Int
    /// The first rejected line, for people.
    public var firstRejected: String?
    /// Why nothing of the recording was replayed, a phrase; nil if something was.
    public var nothing: String?
    /// The decisions about the records; nil if the host does not report them.
    public var records: [RecordDecision]?

    /// A report with `fields`.
    public init(fields: ObservedValue, rejectedCount: Int, firstRejected: String?) {
        self.fields = fields
        self.rejectedCount = rejectedCount
        self.firstRejected = firstRejected
    }
}

/// The decisions of the routines about a record of a recording.
public struct RecordDecision: Sendable {
    /// The line of the record.
    public let line: Int
    /// The host that it happened on; nil for a host that is not part of the case.
    public let host: String?
    /// The routines that ran.
    public let routines: [ObservedRoutine]

    /// The routines that ran on `host` for the record at `line`.
    public init(line: Int, host: String?, routines: [ObservedRoutine]) {
        self.line = line
        self.host = host
        self.routines = routines
    }
}
