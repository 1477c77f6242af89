public import Driver
import Locking
public import Messages

/// What became of the messages of a replay: counts, and of each kind of loss the first and the last message.
public final class DeliveryLedger: Sendable {
    /// How many messages of a type came to which end.
    public struct Ends: Equatable, Sendable {
        /// The engine took them.
        public internal(set) var sent = 0
        /// The send failed.
        public internal(set) var failed = 0
        /// A flag or the semaphore stopped them.
        public internal(set) var notSent = 0
        /// They had to go for newer ones.
        public internal(set) var dropped = 0

        /// All that the engine did not get.
        public var lost: Int { failed + notSent + dropped }
    }

    /// Messages of one type about one process that were lost for one reason.
    public struct Loss: Equatable, Sendable {
        /// Why messages are lost.
        public enum Reason: Hashable, Sendable {
            /// The queue was full (ASY-4).
            case overflow
            /// The send ended so (SYN-5, ASY-7), or the semaphore did (SYN-4).
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
            /// When it was made.
            public let time: FileTime
            /// What it tells of: an image, a target, a command line; nil where there is no such thing.
            public let subject: String?
        }

        /// The machine; nil for native lines.
        public let machine: String?
        /// The messages' type.
        public let type: MessageType
        /// Why they were lost.
        public let reason: Reason
        /// The process; nil for those about none.
        public let process: AuxPidCreationTime?
        /// Its image, when it was there still.
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

    /// Most losses that are kept apart.
    static let limit = 10_000

    private let state = Locked(State())

    /// An empty ledger.
    public init() {}

    /// What `driver`, which is `machine`'s, is to tell the ends of its messages.
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

    /// What became of the messages of each type.
    public var ends: [MessageType: Ends] { state.withLock { $0.ends } }

    /// The losses, the first one first. At most 10,000 are kept apart.
    public var losses: [Loss] {
        state.withLock { Array($0.losses.values) }.sorted {
            ($0.first.time, $0.machine ?? "", $0.first.sequence) < ($1.first.time, $1.machine ?? "", $1.first.sequence)
        }
    }

    /// Lost messages that are in no loss of `losses`, because there were too many kinds.
    public var unlisted: Int { state.withLock { $0.unlisted } }
}

extension EngineMessage {
    /// What a message tells of beside its process.
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
