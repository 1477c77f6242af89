import Bytes
import Messages

extension Check {
    /// What a condition looks at, which decides how its value is written.
    enum Operand: Sendable {
        /// A Boolean: `TRUE`.
        case boolean
        /// A Boolean that the condition negates: `FALSE` if it holds.
        case negated
        /// A pointer: `NULL` or `not NULL`.
        case pointer
        /// A word of rules or flags: `0x00400000`.
        case word
        /// A count or a pid: `584`.
        case number
        /// The target's pid and that of the current process, whose context the condition before looks at.
        case processIds
        /// The context of the process with the pid: `no context for 12345`.
        case processContext
        /// The stream context of the file with the routine's name.
        case streamContext
        /// The end of the name that the routine was called with.
        case name
        /// Two command lines, as text.
        case commandLines
        /// `AccessDenied` of the engine's reply: the number says why there is none (`CheckedValues.unreadable` or a status).
        case reply
    }
}

/// What a condition looked at.
public enum CheckedValue: Sendable {
    /// One of a few words: `TRUE`, `NULL`.
    case literal(StaticString)
    /// A word of rules or flags.
    case word(UInt32)
    /// Anything else, as text.
    case text(String)
}

extension CheckedValue: CustomStringConvertible {
    /// The value as text: `TRUE`, `0x00400000`, `no context for 12345`.
    public var description: String {
        switch self {
        case .literal(let text): "\(text)"
        case .word(let word): word.hex(digits: 8)
        case .text(let text): text
        }
    }
}

/// What the conditions of a routine looked at: a number for each, and one text. They are small, because each event copies them
/// and not all callers read them.
struct CheckedValues: Sendable {
    /// The maximum number of conditions in one routine.
    static let capacity = 10
    /// For `Check.Operand.reply`: the reply was not understood.
    static let unreadable = UInt32.max

    private var numbers = InlineArray<10, UInt32>(repeating: 0)
    /// The name that the routine was called with, or the command lines that it compared.
    var text = ""

    subscript(position: Int) -> UInt32 {
        get { numbers[position] }
        set { numbers[position] = newValue }
    }

    /// The value of a condition with this operand.
    func value(of operand: Check.Operand, at position: Int, holds: Bool) -> CheckedValue {
        let number = numbers[position]
        switch operand {
        case .boolean: return .boolean(holds)
        case .negated: return .boolean(!holds)
        case .pointer: return .literal(holds ? "not NULL" : "NULL")
        case .word: return .word(number)
        case .number: return .text(String(number))
        case .processIds: return .text("ProcessId \(number), current process \(numbers[position - 1])")
        case .processContext: return .text((holds ? "context of " : "no context for ") + String(number))
        case .streamContext: return .text((holds ? "context of " : "no context for ") + text.quoted())
        case .name: return .text(endOfName.quoted())
        case .commandLines: return .text(text)
        case .reply:
            if number == 0 { return .boolean(holds) }
            if number == Self.unreadable { return .literal("reply not understood") }
            return .text("no reply: " + NTStatus(rawValue: number).name)
        }
    }

    private var endOfName: String {
        let end = text.unicodeScalars.suffix(63)
        return end.startIndex == text.startIndex ? text : "…" + String(end)
    }

    /// Both command lines, and where they differ if that is in neither text.
    static func text(ofCurrent current: UnicodeString, captured: UnicodeString) -> String {
        let (first, second) = (current.text.quoted(), captured.text.quoted())
        let both = "current \(first), captured \(second)"
        if first != second || current == captured { return both }
        // Each character has one unit that leads no pair.
        let same = zip(current.units, captured.units).prefix { $0 == $1 }.count { !UTF16.isLeadSurrogate($0.0) }
        return "\(both), different after \(same) characters"
    }
}

extension CheckedValue {
    fileprivate static func boolean(_ flag: Bool) -> CheckedValue { .literal(flag ? "TRUE" : "FALSE") }
}
