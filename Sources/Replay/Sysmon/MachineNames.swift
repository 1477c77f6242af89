import JSON
import Messages

/// The machines that records name, each with a number.
///
/// The first 1000 machines get one; later ones are not distinguished.
struct MachineNames: Sendable {
    static let limit = 1000

    /// Lower case, by number.
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]
    /// The name in the previous record, as spelled there, and its number: most records have the same.
    private var last: (spelling: [UInt8], number: Int?)?

    /// No machines, or only `chosen`, which gets number 0 wherever it occurs.
    init(chosen: String?) {
        if let chosen { _ = number(of: chosen.lowercased()) }
    }

    /// The number of a record's machine; nil above the limit.
    mutating func number(of machine: RecordValue?, _ notes: RecordParsers.NotePad) throws(LineFault) -> Int? {
        guard let machine, machine.kind == .string else { throw .member("Hostname", .missing) }
        if let last,
            machine.withUTF8({ text in last.spelling.withUnsafeBufferPointer { text.isEqual(to: $0) } }) == true
        {
            return last.number
        }
        let spelling = machine.withUTF8 { Array($0) } ?? []
        guard spelling.count <= 255 else { throw .member("Hostname", .tooLongName) }
        guard !spelling.contains(0) else { throw .member("Hostname", .nul) }
        let number = number(of: spelling.withUnsafeBufferPointer { notes.text($0) }.text.lowercased())
        last = (spelling, number)
        return number
    }

    private mutating func number(of name: String) -> Int? {
        if let number = numbers[name] { return number }
        guard names.count < Self.limit else { return nil }
        names.append(name)
        numbers[name] = names.count - 1
        return names.count - 1
    }
}
