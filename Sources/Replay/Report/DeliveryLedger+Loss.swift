public import Driver
public import Messages

extension DeliveryLedger {
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
            /// The recorded time of its event; nil if that is the same, or the event has none.
            public let eventTime: FileTime?
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
        /// The process's image when the first of them was created.
        public let imageFileName: String?
        /// How many.
        public internal(set) var count = 0
        /// The first of them.
        public let first: Message
        /// The last of them.
        public internal(set) var last: Message
    }

    /// A message that has ended.
    public struct Ending: Sendable {
        /// The message with its outcome.
        public let record: MessageRecord
        /// The machine; nil for native lines.
        public let machine: String?
        /// Why the engine did not get it; nil if it did.
        public let reason: Loss.Reason?
        /// From the recorded time of its event until it was handed to the engine, in microseconds; nil if that was not measured.
        public let delay: UInt64?
        /// Whether its process had exited when it was handed to the engine.
        public let isAfterExit: Bool

        /// The subject of the message: an image, a target, a command line; nil if it has none.
        public var subject: String? { record.message.subject }
    }
}

extension DeliveryLedger.Loss.Reason {
    /// Why messages are lost, by the reason's name.
    public static let meanings = [
        (name: DeliveryLedger.Loss.Reason.overflow.name, words: "the queue was full, and newer messages replaced them"),
        (name: NTStatus.timeout.name, words: "the engine did not answer in time"),
        (name: NTStatus.portDisconnected.name, words: "the engine was unreachable"),
        (name: NTStatus.unsuccessful.name, words: "the engine failed"),
    ]

    /// Why the engine did not get a message that has ended; nil if it did.
    init?(_ record: MessageRecord) {
        switch record.delivery {
        case .failed, .notSent: self = .status(record.status)
        case .dropped: self = .overflow
        case .sent, .queued, .inHand: return nil
        }
    }
}
