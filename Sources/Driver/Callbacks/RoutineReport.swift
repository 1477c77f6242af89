import Messages

/// The conditions that a routine checked and their results. Two words, so that recording a result allocates nothing.
public struct CheckTrace: Hashable, Sendable {
    /// The routine's first condition. The number of a bit is a condition's offset from it.
    private let first: UInt8
    private var looked: UInt32 = 0
    private var held: UInt32 = 0

    init(of routine: DriverRoutine) { first = CheckTrace.firstChecks[Int(routine.rawValue)] }

    /// The trace of a run of `routine` that checked `checks`, which are its own.
    public init(of routine: DriverRoutine, checks: some Sequence<(check: Check, holds: Bool)>) {
        self.init(of: routine)
        for (check, holds) in checks where check.routine == routine { note(check, holds) }
    }

    /// A trace from two words of bits: one has the conditions that were checked, the other the conditions that held.
    init(of routine: DriverRoutine, looked: UInt32, held: UInt32) {
        self.init(of: routine)
        self.looked = looked
        self.held = held
    }

    /// The same two words of bits. No routine has more than 16 conditions.
    var words: (looked: UInt16, held: UInt16) { (UInt16(looked), UInt16(held)) }

    /// The condition that was checked last.
    var last: Check? {
        looked == 0 ? nil : Check(rawValue: first + UInt8(UInt32.bitWidth - 1 - looked.leadingZeroBitCount))
    }

    /// Each routine's first condition, by raw value.
    private static let firstChecks: [UInt8] = DriverRoutine.table.map { $0.checks.first?.check.rawValue ?? 0 }

    /// The position of a condition in the routine.
    @inline(__always)
    fileprivate func position(of check: Check) -> Int { Int(check.rawValue - first) }

    /// Records `holds` as the result of `check`.
    @inline(__always)
    mutating func note(_ check: Check, _ holds: Bool) {
        let bit: UInt32 = 1 << UInt32(position(of: check))
        looked |= bit
        if holds { held |= bit }
    }

    /// The result of a check of the routine; nil if it was not made.
    subscript(check: Check) -> Bool? {
        let bit: UInt32 = 1 << UInt32(position(of: check))
        return looked & bit == 0 ? nil : held & bit != 0
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
public struct RoutineReport: Sendable {
    /// The routine.
    public let routine: DriverRoutine
    /// The conditions that it checked, with their results.
    public private(set) var trace: CheckTrace
    private var values = CheckedValues()
    /// The messages that it created, in order, in their state when the routine was finished with them.
    public internal(set) var messages: [MessageRecord] = []

    /// Whether the routine created a message for the engine.
    public var notified: Bool { !messages.isEmpty }

    /// A report of `routine`, called with `name`.
    init(_ routine: DriverRoutine, name: String = "") {
        self.routine = routine
        trace = CheckTrace(of: routine)
        values.text = name
    }

    /// The report of a notification that was requested explicitly, of which no conditions are checked.
    public init(of record: MessageRecord) {
        self.init(record.routine)
        messages = [record]
    }

    /// Adds a message that the routine created. An array literal has room for one, `append` for more.
    mutating func add(_ record: consuming MessageRecord) {
        if messages.isEmpty { messages = [record] } else { messages.append(record) }
    }

    /// Records that `check` looked at `number` with the result `holds`, and returns the result.
    @inline(__always)
    mutating func note(_ check: Check, _ holds: Bool, at number: UInt32 = 0) -> Bool {
        trace.note(check, holds)
        values[trace.position(of: check)] = number
        return holds
    }

    /// Records that `check` looked for a bit in `word`, and returns whether it is set.
    @inline(__always)
    mutating func note<Word: OptionSet>(_ check: Check, _ bit: Word, in word: Word) -> Bool
    where Word.RawValue == UInt32, Word.Element == Word {
        note(check, word.contains(bit), at: word.rawValue)
    }

    /// Records that two command lines were compared, and returns whether they differ.
    mutating func note(_ check: Check, current: UnicodeString, differsFrom captured: UnicodeString) -> Bool {
        values.text = CheckedValues.text(ofCurrent: current, captured: captured)
        return note(check, current != captured)
    }

    /// What a condition that was checked looked at.
    public func value(of check: Check, holds: Bool) -> CheckedValue {
        values.value(of: check.operand, at: trace.position(of: check), holds: holds)
    }
}
