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
        /// The pid of the target and that of the current process, in the upper and the lower half.
        case processIds
        /// The context of the process with the pid: `no context for 12345`.
        case processContext
        /// The stream context of the file with the routine's name.
        case streamContext
        /// The name that the routine was called with.
        case name
        /// Two command lines.
        case commandLines
        /// `AccessDenied` of the engine's reply: the number says why there is none (`CheckedValues.unreadable` or a status).
        case reply
    }
}

/// What the conditions of a routine looked at: a number for each and the texts that it compared. Numbers are stored inline, and
/// written only if somebody reads them.
struct CheckedValues: Sendable {
    /// The maximum number of conditions in one routine.
    static let capacity = 10
    /// For `Check.Operand.reply`: the reply was not understood.
    static let unreadable = UInt64.max

    private var numbers = InlineArray<10, UInt64>(repeating: 0)
    /// The image's name, or the current command line.
    var name = ""
    /// The captured command line.
    var capturedCommandLine = ""

    subscript(position: Int) -> UInt64 {
        get { numbers[position] }
        set { numbers[position] = newValue }
    }

    /// The value of a condition with this operand, as text.
    func text(of operand: Check.Operand, at position: Int, holds: Bool) -> String {
        let number = numbers[position]
        switch operand {
        case .boolean: return holds.driverText
        case .negated: return (!holds).driverText
        case .pointer: return holds ? "not NULL" : "NULL"
        case .word: return number.hex(digits: 8)
        case .number: return "\(number)"
        case .processIds:
            return "ProcessId \(number >> 32), current process \(UInt32(truncatingIfNeeded: number))"
        case .processContext: return holds ? "context of \(number)" : "no context for \(number)"
        case .streamContext: return "\(holds ? "context of" : "no context for") \(name.quoted())"
        case .name: return endOfName.quoted()
        case .commandLines: return commandLines
        case .reply:
            if number == 0 { return holds.driverText }
            if number == Self.unreadable { return "reply not understood" }
            return "no reply: \(NTStatus(rawValue: UInt32(truncatingIfNeeded: number)).name)"
        }
    }

    /// The name, of which the condition looks at the end.
    private var endOfName: String {
        let end = name.unicodeScalars.suffix(63)
        return end.startIndex == name.startIndex ? name : "…" + String(end)
    }

    /// Both command lines, and where they differ if that is in neither text.
    private var commandLines: String {
        let current = name.quoted()
        let captured = capturedCommandLine.quoted()
        let both = "current \(current), captured \(captured)"
        if current != captured || name.utf8.elementsEqual(capturedCommandLine.utf8) { return both }
        let same = zip(name.unicodeScalars, capturedCommandLine.unicodeScalars).prefix { $0 == $1 }.count
        return "\(both), different after \(same) characters"
    }
}

extension Bool {
    fileprivate var driverText: String { self ? "TRUE" : "FALSE" }
}
