import JSON

/// The machines that the Sysmon records of an upload come from, and which one is replayed.
struct SysmonMachines {
    private static let maxListed = 1000

    /// In order of appearance.
    private(set) var names: [String] = []
    private var known: Set<String> = []
    private var chosen: String?
    /// The name as the record before spelled it, and whether it was the chosen one: most records have the same.
    private var last: (spelling: [UInt8], isChosen: Bool)?

    /// `chosen` is compared without case; nil for the first machine met.
    init(chosen: String?) { self.chosen = chosen?.lowercased() }

    /// Whether a record of `machine` is to be replayed.
    mutating func isChosen(_ machine: RecordValue?) throws(LineFault) -> Bool {
        guard let machine, machine.kind == .string else { throw .member("Hostname", .missing) }
        if let last, machine.withUTF8({ $0.elementsEqual(last.spelling) }) == true { return last.isChosen }
        let spelling = machine.withUTF8 { Array($0) } ?? []
        guard spelling.count <= 255 else { throw .member("Hostname", .tooLongName) }
        guard !spelling.contains(0) else { throw .member("Hostname", .nul) }
        let name = String(decoding: spelling, as: UTF8.self).lowercased()
        if names.count < Self.maxListed, known.insert(name).inserted { names.append(name) }
        if chosen == nil { chosen = name }
        last = (spelling, name == chosen)
        return name == chosen
    }
}
