import Messages

/// The machines of an upload, each with the lines that are its own.
struct MachineSections: Sendable {
    /// One machine's part.
    struct Section: Sendable {
        /// Lower case; nil for native lines, which name none.
        let machine: String?
        var mapper: SysmonMapper
        var tally = Tally()
        /// Whether it has a host; nil before anybody asked.
        var hasHost: Bool?
        /// Times of the first and the last event that told one.
        fileprivate var span: (first: FileTime, last: FileTime)?

        /// Whether the last event that has a time happened before the first one.
        var isNewestFirst: Bool { span.map { $0.last < $0.first } ?? false }

        /// Notes when an event happened.
        mutating func note(_ time: FileTime?) {
            if let time { span = (span?.first ?? time, time) }
        }
    }

    private let options: EventFeed.Options
    private(set) var all: [Section] = []
    /// Names in order of appearance, those of machines that are not replayed too.
    private(set) var machines: [String] = []
    /// What was counted of lines that are no section's.
    var others = Tally()
    /// By name; nil for a machine that is not replayed.
    private var places: [String: Int?] = [:]
    /// Most lines are of the same machine as the one before.
    private var last: (machine: String, place: Int?)?

    init(_ options: EventFeed.Options) {
        self.options = options
    }

    subscript(place: Int) -> Section {
        _read { yield all[place] }
        _modify { yield &all[place] }
    }

    /// The place of a machine; nil when it is not replayed.
    mutating func place(of machine: String) -> Int? {
        if let last, last.machine == machine { return last.place }
        let place = findPlace(of: machine)
        last = (machine, place)
        return place
    }

    private mutating func findPlace(of machine: String) -> Int? {
        if let place = places[machine] { return place }
        // Who reads lines tells as many machines apart as this; several readers may know more together.
        guard machines.count < MachineNames.limit else { return nil }
        machines.append(machine)
        let isReplayed =
            if let chosen = options.machine { machine == chosen.lowercased() } else {
                options.replaysAllMachines || all.isEmpty
            }
        let place = isReplayed ? add(machine) : nil
        places[machine] = .some(place)
        return place
    }

    /// The place of lines that name no machine.
    mutating func placeOfNative() -> Int { all.isEmpty ? add(nil) : 0 }

    private mutating func add(_ machine: String?) -> Int {
        all.append(
            Section(
                machine: machine,
                mapper: SysmonMapper(
                    createsInitialThreads: options.createsInitialThreads, maxHeldRecords: options.maxHeldRecords)))
        return all.count - 1
    }

    /// Changes the tally of a section, or of the lines that are no section's.
    mutating func tally(_ place: Int?, _ change: (inout Tally) -> Void) {
        if let place { change(&all[place].tally) } else { change(&others) }
    }

    /// Everything that was counted.
    var sum: Tally {
        var sum = others
        for section in all { sum.add(section.tally) }
        return sum
    }
}
