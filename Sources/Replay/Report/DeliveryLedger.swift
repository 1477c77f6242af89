public import Driver
import Locking
public import Messages

/// The outcomes of the messages of a replay: counts, and the first and the last message of each kind of loss.
public final class DeliveryLedger: Sendable {
    /// The numbers of messages of a type, by outcome.
    public struct Ends: Equatable, Sendable {
        /// The engine received them.
        public internal(set) var sent = 0
        /// The send failed.
        public internal(set) var failed = 0
        /// A flag or the semaphore prevented the send.
        public internal(set) var notSent = 0
        /// The queue was full, and newer ones replaced them.
        public internal(set) var dropped = 0

        /// The messages that the engine did not receive.
        public var lost: Int { failed + notSent + dropped }
    }

    /// Messages of one type about one process that were lost for one reason.
    public struct Loss: Equatable, Sendable {
        /// Why messages are lost.
        public enum Reason: Hashable, Sendable {
            /// The queue was full (ASY-4).
            case overflow
            /// The status of the send (SYN-5, ASY-7) or of the wait for the semaphore (SYN-4).
            case status(NTStatus)

            /// `overflow`, or the status's name.
            public var name: String {
                switch self {
                case .overflow: "overflow"
                case .status(let status): status.name
                }
            }
        }

        /// One of them.
        public struct Message: Equatable, Sendable {
            /// Its number on its host.
            public let sequence: UInt64
            /// When it was created.
            public let time: FileTime
            /// Its subject: an image, a target, a command line; nil if it has none.
            public let subject: String?
        }

        /// The machine; nil for native lines.
        public let machine: String?
        /// The messages' type.
        public let type: MessageType
        /// Why they were lost.
        public let reason: Reason
        /// The process; nil if the messages have none.
        public let process: AuxPidCreationTime?
        /// The process's image, if the process still existed.
        public internal(set) var imageFileName: String?
        /// How many.
        public internal(set) var count = 0
        /// The first of them.
        public let first: Message
        /// The last of them.
        public internal(set) var last: Message
    }

    private struct Key: Hashable {
        let machine: String?
        let type: MessageType
        let reason: Loss.Reason
        let process: AuxPidCreationTime?
    }

    private struct State {
        var ends: [MessageType: Ends] = [:]
        var losses: [Key: Loss] = [:]
        var unlisted = 0
    }

    /// The largest number of different losses.
    static let limit = 10_000

    private let state = Locked(State())

    /// An empty ledger.
    public init() {}

    /// The observer for `driver`, which belongs to `machine`.
    public func observer(of driver: Driver, machine: String?) -> any DeliveryObserver {
        Observer(ledger: self, driver: driver, machine: machine)
    }

    private struct Observer: DeliveryObserver {
        let ledger: DeliveryLedger
        weak let driver: Driver?
        let machine: String?

        func ended(_ record: MessageRecord) {
            var image: String?
            if record.delivery != .sent, let process = record.message.process,
                let context = driver?.process(process.processId), context.identity == process
            {
                image = context.imageFileName
            }
            ledger.note(record, machine: machine, imageFileName: image)
        }
    }

    private func note(_ record: MessageRecord, machine: String?, imageFileName: String?) {
        let type = MessageType(of: record.message)
        state.withLock { state in
            let reason: Loss.Reason
            switch record.delivery {
            case .sent: return state.ends[type, default: Ends()].sent += 1
            case .queued, .inHand: return
            case .failed:
                state.ends[type, default: Ends()].failed += 1
                reason = .status(record.status)
            case .notSent:
                state.ends[type, default: Ends()].notSent += 1
                reason = .status(record.status)
            case .dropped:
                state.ends[type, default: Ends()].dropped += 1
                reason = .overflow
            }
            let key = Key(machine: machine, type: type, reason: reason, process: record.message.process)
            let message = Loss.Message(
                sequence: record.message.sequence, time: record.message.time, subject: record.message.subject)
            var loss =
                state.losses[key]
                ?? Loss(
                    machine: machine, type: type, reason: reason, process: record.message.process,
                    imageFileName: imageFileName, first: message, last: message)
            if loss.count == 0, state.losses.count >= Self.limit { return state.unlisted += 1 }
            loss.count += 1
            loss.last = message
            loss.imageFileName = loss.imageFileName ?? imageFileName
            state.losses[key] = loss
        }
    }

    /// The outcomes of the messages of each type.
    public var ends: [MessageType: Ends] { state.withLock { $0.ends } }

    /// The losses, earliest first, at most 10,000.
    public var losses: [Loss] {
        state.withLock { Array($0.losses.values) }.sorted {
            ($0.first.time, $0.machine ?? "", $0.first.sequence) < ($1.first.time, $1.machine ?? "", $1.first.sequence)
        }
    }

    /// The number of lost messages that are not in `losses`, because there were too many kinds.
    public var unlisted: Int { state.withLock { $0.unlisted } }
}

extension EngineMessage {
    /// The subject of a message, apart from its process.
    fileprivate var subject: String? {
        switch content {
        case .sync(let message):
            switch message.data {
            case .newImageLoadPerStream(let imageName), .newImageLoadPerProcess(let imageName): imageName
            case .newThreadDifferentProcess(let target): "process \(target.processId)"
            case .newThreadSameProcess(let notify): "thread \(notify.createdThread.threadId)"
            case .newThreadAndCmdLine(let commandLine, _): commandLine
            case .registryEventSync: nil
            }
        case .async(let message):
            switch message.body {
            case .imageLoadAndProcess(let notify): notify.imageFileName
            case .thread(let notify): "process \(notify.createdThreadProcess.processId)"
            default: nil
            }
        }
    }
}
