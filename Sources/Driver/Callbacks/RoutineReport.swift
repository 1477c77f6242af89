/// The conditions that a routine checked and their results. Two words, so that recording a result allocates nothing.
public struct CheckTrace: Hashable, Sendable {
    /// The routine's first condition. The number of a bit is a condition's offset from it.
    private let first: UInt8
    private var looked: UInt32 = 0
    private var held: UInt32 = 0

    init(of routine: DriverRoutine) { first = CheckTrace.firstChecks[Int(routine.rawValue)] }

    /// Each routine's first condition, by raw value.
    private static let firstChecks: [UInt8] = DriverRoutine.table.map { $0.checks.first?.check.rawValue ?? 0 }

    /// The maximum number of conditions in one routine.
    static let capacity = UInt32.bitWidth

    /// Records `holds` as the result of `check`, and returns it.
    mutating func note(_ check: Check, _ holds: Bool) -> Bool {
        let bit: UInt32 = 1 << UInt32(check.rawValue - first)
        looked |= bit
        if holds { held |= bit }
        return holds
    }

    /// The conditions that were checked, in order.
    public var checks: Checks { Checks(first: first, looked: looked, held: held) }

    /// Iterates over the conditions that a routine checked.
    public struct Checks: Sequence, IteratorProtocol, Sendable {
        fileprivate let first: UInt8
        fileprivate var looked: UInt32
        fileprivate let held: UInt32

        /// The next condition, and whether it held.
        public mutating func next() -> (check: Check, holds: Bool)? {
            guard looked != 0, let check = Check(rawValue: first + UInt8(looked.trailingZeroBitCount)) else {
                return nil
            }
            let lowest = looked & (0 &- looked)
            looked &= ~lowest
            return (check, held & lowest != 0)
        }
    }
}

/// What one routine did about one event, and why.
public struct RoutineReport: Hashable, Sendable {
    /// The routine.
    public let routine: DriverRoutine
    /// The conditions that it checked, with their results.
    public internal(set) var trace: CheckTrace
    /// The messages that it created, in order, in their state when the routine was finished with them.
    public internal(set) var messages: [MessageRecord] = []

    /// Whether the routine created a message for the engine.
    public var notified: Bool { !messages.isEmpty }

    init(_ routine: DriverRoutine) {
        self.routine = routine
        trace = CheckTrace(of: routine)
    }

    /// The report of a notification that was requested explicitly, of which no conditions are checked.
    public init(of record: MessageRecord) {
        self.init(record.routine)
        messages = [record]
    }
}
