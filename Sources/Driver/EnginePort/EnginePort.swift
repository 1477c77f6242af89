import Bytes
public import Messages

/// The port through which the driver sends messages to its engine (MsMpEng).
///
/// Driver: `FltSendMessage` on `MicrosoftMalwareProtectionPort`.
public protocol EnginePort: Sendable {
    /// Sends `message` to the engine and waits for its reply without blocking a thread.
    ///
    /// Called on any thread, without the driver's lock. `completion` must be called exactly once, no later than after
    /// `timeout`: before this returns or later, on any thread, which it must not block for long.
    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void)

    /// How the engine takes several asynchronous messages at once; nil if it takes them one by one, as the driver sends them.
    ///
    /// Called on any thread, without the driver's lock, each time when the worker is about to take messages.
    var batches: (any BatchPort)? { get }
}

extension EnginePort {
    /// One by one.
    public var batches: (any BatchPort)? { nil }
}

/// The result of `FltSendMessage`.
public struct EngineResult: Hashable, Sendable {
    /// STATUS_SUCCESS when the engine took the message and answered.
    public var status: NTStatus
    /// The reply buffer; `.empty` unless `status` is STATUS_SUCCESS.
    public var reply: EngineReply
    /// A description of the failure, for people; nil if there was none, or if nothing is known beyond `status`.
    public var fault: String?
    /// The answer as it arrived; nil if there was none, or if the engine is in this process.
    public var answer: EngineAnswer?
    /// How long the message waited before it was sent to the engine. Nil if it was never sent; the time it took is then
    /// not the engine's.
    public var waited: Duration?

    /// A send that ended with `status` and did not wait.
    public init(status: NTStatus, reply: EngineReply = .empty, fault: String? = nil) {
        self.status = status
        self.reply = reply
        self.fault = fault
        answer = nil
        waited = .zero
    }
}

/// The content of the reply buffer.
public enum EngineReply: Hashable, Sendable {
    /// Nothing. A mismatch for a synchronous message; not a mismatch for CreateProcess, where it allows the process.
    case empty
    /// An answer to a synchronous message.
    case sync(ReplySyncMessage)
    /// An answer to CreateProcess.
    case createProcess(CreateProcessAnswer)
    /// A binary reply buffer that was not parsed yet.
    case bytes([UInt8])
    /// A reply that could not be parsed, and why. A mismatch for a synchronous message and for CreateProcess.
    case unreadable(ReplyFault)
}

/// An engine's answer to CreateProcess.
public struct CreateProcessAnswer: Hashable, Sendable {
    /// Whether the process is denied.
    public var accessDenied: Bool
    /// ProcessFlags to set; nil leaves them unchanged.
    public var processFlags: UInt32?
    /// ProcessRules to set; nil leaves them unchanged.
    public var processRules: UInt32?

    /// An answer; by default it allows the process and changes nothing.
    public init(accessDenied: Bool = false, processFlags: UInt32? = nil, processRules: UInt32? = nil) {
        self.accessDenied = accessDenied
        self.processFlags = processFlags
        self.processRules = processRules
    }

    /// The answer in the driver's reply buffer, where 0 leaves a word unchanged (PRC-3, COR-10).
    public init(_ reply: CreateProcessReply) {
        self.init(
            accessDenied: reply.accessDenied, processFlags: reply.processFlags == 0 ? nil : reply.processFlags,
            processRules: reply.processRules == 0 ? nil : reply.processRules)
    }
}

/// A message to the engine.
///
/// Copies share their storage, because a message passes through the queue, the worker, the engine and the journal.
public struct EngineMessage: Hashable, Sendable {
    /// How a message leaves the driver.
    public enum Kind: String, CaseIterable, Sendable {
        /// By `MpSendSyncMonitorNotification`: the event that caused it waits for the answer.
        case sync
        /// By `MpAsyncSendNotification`: through the queue.
        case async
        /// The asynchronous structure, sent at once by `FltSendMessage`: CreateProcess at creation, Wow64cpuLoad.
        case direct
    }

    /// The message itself.
    public enum Content: Hashable, Sendable {
        /// A message of the synchronous structure.
        case sync(SyncMessage)
        /// A message of the asynchronous structure, queued or direct.
        case async(AsyncMessage)
    }

    private final class Shared: Sendable {
        let facts: Facts
        init(_ facts: Facts) { self.facts = facts }
    }

    private struct Facts: Hashable {
        let sequence: UInt64
        let time: FileTime
        let kind: Kind
        let process: AuxPidCreationTime?
        let imageFileName: UnicodeString?
        let content: Content
        let caller: CallerTag?
        let totalSize: Int
    }

    private let shared: Shared

    /// Message `sequence`, created at `time` by a call of `caller`, about `process`, whose image is `imageFileName`.
    public init(
        sequence: UInt64, time: FileTime, kind: Kind, process: AuxPidCreationTime?, imageFileName: UnicodeString? = nil,
        content: Content, caller: CallerTag? = nil
    ) {
        let totalSize =
            switch content {
            case .sync(let message): message.totalSize
            case .async(let message): message.totalSize
            }
        self.init(
            sequence: sequence, time: time, kind: kind, process: process, imageFileName: imageFileName,
            content: content, totalSize: totalSize, caller: caller)
    }

    /// The same for a message whose size is known: finding it copies the message.
    init(
        sequence: UInt64, time: FileTime, kind: Kind, process: AuxPidCreationTime?, imageFileName: UnicodeString?,
        content: consuming Content, totalSize: Int, caller: CallerTag?
    ) {
        shared = Shared(
            Facts(
                sequence: sequence, time: time, kind: kind, process: process, imageFileName: imageFileName,
                content: content, caller: caller, totalSize: totalSize))
    }

    /// Whether two messages are equal.
    public static func == (one: EngineMessage, other: EngineMessage) -> Bool {
        one.shared === other.shared || one.shared.facts == other.shared.facts
    }

    /// Hashes the facts of the message.
    public func hash(into hasher: inout Hasher) { hasher.combine(shared.facts) }

    /// The number of the message among the host's messages of all kinds, from 1, without gaps.
    public var sequence: UInt64 { shared.facts.sequence }
    /// When the driver created the message, on the host's clock.
    public var time: FileTime { shared.facts.time }
    /// How the message leaves the driver.
    public var kind: Kind { shared.facts.kind }
    /// The process that the message is about; nil for a raw notification that is not about a process.
    public var process: AuxPidCreationTime? { shared.facts.process }
    /// The image of `process` when the driver created the message. Ours: not every message carries it.
    public var imageFileName: UnicodeString? { shared.facts.imageFileName }
    /// The message itself. A copy: `withContent` counts no references.
    public var content: Content { shared.facts.content }
    /// Passes the message itself to `body`.
    public func withContent(_ body: (Content) -> Void) { body(shared.facts.content) }
    /// The tag of the call that made the driver create the message; nil if the call had none. Ours: no engine gets it.
    public var caller: CallerTag? { shared.facts.caller }
    /// Size of the message in bytes.
    public var totalSize: Int { shared.facts.totalSize }

    /// A type of message, of either structure.
    public enum Operation: Hashable, Sendable, CaseIterable {
        /// An operation of the synchronous structure.
        case sync(SyncOperation)
        /// An operation of the asynchronous structure, queued or direct.
        case async(AsyncOperation)

        /// The operation named `name`; names are unique across both structures.
        public init?(name: String) {
            if let operation = SyncOperation(name: name) {
                self = .sync(operation)
            } else if let operation = AsyncOperation(name: name) {
                self = .async(operation)
            } else {
                return nil
            }
        }

        /// All operations, the synchronous ones first.
        public static let allCases: [Operation] =
            SyncOperation.allCases.map { .sync($0) } + AsyncOperation.allCases.map { .async($0) }
        /// The names of all operations.
        public static let names = allCases.map(\.name)

        /// Says that `name` is not the name of an operation and, if `isHinted`, which one is close.
        public static func faultOfName(_ name: String, isHinted: Bool) -> String {
            "\(name.quoted()) is not an operation" + (isHinted ? names.hintOrList(for: name) : "")
        }

        /// Its name.
        public var name: String {
            switch self {
            case .sync(let operation): operation.name
            case .async(let operation): operation.name
            }
        }

        /// Its value, TypeOfOperation.
        public var code: Int32 {
            switch self {
            case .sync(let operation): operation.rawValue
            case .async(let operation): operation.rawValue
            }
        }
    }

    /// The operation.
    public var operation: Operation {
        switch shared.facts.content {
        case .sync(let message): .sync(message.operation)
        case .async(let message): .async(message.operation)
        }
    }

    /// The operation's name.
    public var operationName: String { operation.name }

    /// The operation's value, TypeOfOperation.
    public var operationCode: Int32 { operation.code }

    /// The message as laid out in memory.
    public var bytes: [UInt8] {
        switch content {
        case .sync(let message): message.bytes
        case .async(let message): message.bytes
        }
    }
}
