public import JSON

/// Why an expectation did not hold: a part of its explanation.
public enum Reason: Sendable {
    /// A routine could have made the message, and did not.
    case decision(Decision)
    /// A message was dropped.
    case dropped(Dropped)
    /// A message was not delivered as expected.
    case delivery(Delivered)
    /// The reply was not the expected one.
    case reply(ReplyRead)
    /// A bit of a process is not as expected.
    case word(Word)
    /// Nothing in scope could have made it.
    case absent(event: String, detail: String)
    /// Messages were still queued when the list was looked at.
    case unsettled(queued: Int, inHand: Int)
    /// So many failures of the case came before: they are explained, and this one is not.
    case unexplained(most: Int)

    /// The decision of a routine.
    public struct Decision: Sendable {
        /// The step that drove it.
        public var place: StepPlace
        /// The step in words, `createThread: app in app`.
        public var event: String
        /// The routine.
        public var routine: String
        /// The message that it makes; nil if that does not matter.
        public var makes: String?
        /// The message that it made; nil if it made none.
        public var message: UInt64?
        /// Whether it made some message.
        public var notified: Bool
        /// The conditions on the way to the message, up to the one that failed.
        public var checks: [CheckReport]
        /// The condition that failed.
        public var decidedBy: String
        /// Whether it held.
        public var holds: Bool
        /// The value that it looked at.
        public var value: String
        /// The cause of the value.
        public var cause: Cause?
    }

    /// A condition and its result.
    public struct CheckReport: Hashable, Sendable {
        /// The condition.
        public var check: String
        /// Whether it held.
        public var holds: Bool
        /// The value that it looked at.
        public var value: String
    }

    /// A bit of a process.
    public struct Word: Sendable {
        /// The process, as the scenario calls it.
        public var process: String
        /// `rules` or `flags`.
        public var word: String
        /// The name of the bit.
        public var bit: String
        /// Whether it is set.
        public var isSet: Bool
        /// The cause of the value.
        public var cause: Cause
    }

    /// A message that was dropped.
    public struct Dropped: Sendable {
        /// Its sequence.
        public var message: UInt64
        /// The message that it was dropped for.
        public var dropper: UInt64
        /// The limit of the queue.
        public var limit: Int
        /// The step that made the message it was dropped for.
        public var place: StepPlace?
        /// The step that paused the worker.
        public var pausedBy: StepPlace?
    }

    /// The outcome of a message.
    public struct Delivered: Sendable {
        /// Its sequence.
        public var message: UInt64
        /// Its delivery state.
        public var delivery: String
        /// The status of the send; nil while it has not ended.
        public var status: String?
        /// Why, a phrase.
        public var detail: String?
        /// The setting that limits the send.
        public var timeout: Limit?
        /// The messages that held the permits that it waited for.
        public var holders: [UInt64] = []
        /// The step since which the worker is paused, for a queued message.
        public var pausedBy: StepPlace?
        /// The answer of the engine under test: the HTTP status and the beginning of the content.
        public var answer: String?
        /// How the embedded engine answers, if it is at fault.
        public var engineReply: String?
        /// How long the engine takes.
        public var engineDelayMs: Int?
        /// The line that says so.
        public var engineLine: Int?
    }

    /// A setting and its value.
    public struct Limit: Hashable, Sendable {
        /// The setting.
        public var setting: String
        /// Its value.
        public var value: JSONTree
        /// The line that sets it.
        public var line: Int?
    }

    /// A reply as it was read.
    public struct ReplyRead: Sendable {
        /// Its sequence.
        public var message: UInt64
        /// Whether the embedded engine sent it.
        public var isEmbedded: Bool
        /// The HTTP status; nil from the embedded engine.
        public var httpStatus: Int?
        /// The reply as text.
        public var reply: String
        /// The value that the driver wants to read; nil if it takes the reply.
        public var wanted: String?
        /// The value that it read; nil if it could not read the reply.
        public var read: String?
        /// Why it could not read the reply, a phrase.
        public var fault: String?
        /// The data of the message, if the engine is under test.
        public var sent: JSONTree?
        /// The line that sets the embedded engine.
        public var engineLine: Int?
        /// The consequence, a sentence.
        public var effect: String?
    }
}

/// The cause of a value.
public struct Cause: Hashable, Sendable {
    /// The kinds of causes.
    public enum Kind: String, CaseIterable, Sendable {
        /// The request that created the process.
        case creation
        /// An entry of the rule policies.
        case policy
        /// The engine's reply to CreateProcess.
        case reply
        /// A step.
        case step
        /// The acknowledgment of a message.
        case acknowledgement
        /// A process that exited.
        case exit
        /// A snapshot.
        case snapshot
        /// Somebody else.
        case other
        /// Nobody.
        case never
    }

    /// Its kind.
    public var kind: Kind
    /// The message.
    public var message: UInt64?
    /// The step.
    public var place: StepPlace?
    /// The number of the policy, from 0.
    public var entry: Int?
    /// The line of the policy.
    public var entryLine: Int?
    /// The rule of the driver model.
    public var rule: String?
    /// In words: a sentence.
    public var detail: String

    /// A cause of `kind`.
    public init(_ kind: Kind, detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

/// A change that makes an expectation hold.
public struct Change: Sendable {
    /// The part that is changed.
    public enum Kind: String, Sendable {
        case step, config, expectation, engine
    }

    /// The part that is changed.
    public var kind: Kind
    /// The step that it is, or comes before.
    public var place: StepPlace?
    /// Whether a step is added before it.
    public var isBefore = false
    /// The message to which the engine under test must answer that.
    public var message: UInt64?
    /// The edit: the members that change, `{"createProcess":{"rules":["NotifyProcessCmdLine"]}}`.
    public var edit: JSONTree
    /// Whether it was run, and the expectation held.
    public var verified: Bool
    /// Why it was not run, a phrase; nil if it was.
    public var note: String?

    /// A change of `kind`.
    public init(kind: Kind, edit: JSONTree, verified: Bool) {
        self.kind = kind
        self.edit = edit
        self.verified = verified
    }
}
