import JSON

/// The machines that records name, each by a small number.
///
/// Bounded: of the machines met after the first 1000 nothing is known but that they are others.
struct MachineNames: Sendable {
    static let limit = 1000

    /// Lower case, by number.
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]
    /// The name as the record before spelled it, and its number: most records have the same.
    private var last: (spelling: [UInt8], number: Int?)?

    /// No machines yet, or only `chosen`, which then is number 0 whenever it is met.
    init(chosen: String?) {
        if let chosen { _ = number(of: chosen.lowercased()) }
    }

    /// The number of a record's machine; nil for one too many.
    mutating func number(of machine: RecordValue?) throws(LineFault) -> Int? {
        guard let machine, machine.kind == .string else { throw .member("Hostname", .missing) }
        if let last,
            machine.withUTF8({ text in last.spelling.withUnsafeBufferPointer { text.isEqual(to: $0) } }) == true
        {
            return last.number
        }
        let spelling = machine.withUTF8 { Array($0) } ?? []
        guard spelling.count <= 255 else { throw .member("Hostname", .tooLongName) }
        guard !spelling.contains(0) else { throw .member("Hostname", .nul) }
        let number = number(of: String(decoding: spelling, as: UTF8.self).lowercased())
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
