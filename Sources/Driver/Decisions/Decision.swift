public import Messages

/// What a routine decided about an event, and why. Ours, to explain a message, or that there was none.
///
/// A host keeps many of them, so it is as small as its parts allow: 56 bytes.
public struct Decision: Hashable, Sendable {
    /// The kinds of event on which routines decide.
    public enum Event: UInt8, CaseIterable, Sendable {
        /// A process is created.
        case processCreate
        /// A process exits.
        case processExit
        /// A thread is created.
        case threadCreate
        /// A thread is deleted.
        case threadExit
        /// A process loads an image.
        case imageLoad
        /// A kernel image is loaded.
        case driverLoad

        /// Its name.
        public var name: String { "\(self)" }
    }

    /// The event.
    public let event: Event
    /// The routine.
    public let routine: DriverRoutine
    /// When the routine began, on the host's clock.
    public let time: FileTime
    /// The process that the event is about: the creator of a thread, the loader of an image.
    public let processId: UInt32
    /// The thread that was created, deleted, or loaded the image; 0 if the event has none.
    public let threadId: UInt32
    /// Whether the routine has not finished: it waits for the engine.
    public internal(set) var isOpen: Bool
    private let target: UInt32
    private var looked: UInt16
    private var held: UInt16
    private var first: UInt64 = 0
    // Distances of the other messages from the first one; no routine creates more than four messages.
    private var second: UInt32 = 0
    private var third: UInt32 = 0
    private var fourth: UInt32 = 0

    /// A decision of `routine` at `time`, which has checked the conditions in `trace` so far.
    init(_ routine: DriverRoutine, on subject: DecisionSubject, at time: FileTime, _ trace: CheckTrace, isOpen: Bool) {
        event = subject.event
        self.routine = routine
        self.time = time
        self.isOpen = isOpen
        processId = subject.processId
        threadId = subject.threadId
        target = subject.targetProcessId
        (looked, held) = trace.words
    }

    /// The process of a thread that was created or deleted; nil for other events.
    public var targetProcessId: UInt32? { event == .threadCreate || event == .threadExit ? target : nil }

    /// The conditions that were checked.
    public internal(set) var trace: CheckTrace {
        get { CheckTrace(of: routine, looked: UInt32(looked), held: UInt32(held)) }
        set { (looked, held) = newValue.words }
    }

    /// The condition that was checked last: the one that decided. Nil if none was.
    public var decidedBy: Check? { trace.last }

    /// Whether the routine created a message.
    public var notified: Bool { first != 0 }

    /// The sequences of the messages that it created, in order.
    public var messages: [UInt64] {
        if first == 0 { return [] }
        return [first] + [second, third, fourth].filter { $0 != 0 }.map { first + UInt64($0) }
    }

    /// Whether it created the message `sequence`.
    func created(_ sequence: UInt64) -> Bool {
        guard first != 0, sequence >= first else { return false }
        let distance = sequence - first
        return distance == 0 || [second, third, fourth].contains { UInt64($0) == distance }
    }

    /// Adds a message that it created. A distance beyond a UInt32 is not kept.
    mutating func add(_ sequence: UInt64) {
        guard first != 0 else { return first = sequence }
        let distance = UInt32(clamping: sequence - first)
        if second == 0 { second = distance } else if third == 0 { third = distance } else { fourth = distance }
    }
}

/// An event, for a decision about it.
struct DecisionSubject: Sendable {
    var event: Decision.Event
    var processId: UInt32
    var targetProcessId: UInt32 = 0
    var threadId: UInt32 = 0
}
