import Messages

/// The machines of an upload, each with its lines, its mapper and its counts.
struct MachineSections: Sendable {
    /// One machine.
    struct Section: Sendable {
        /// Lower case; nil for native lines, which do not name one.
        let machine: String?
        var mapper: SysmonMapper
        var tally = Tally()
        var exits = ExitTimes()
        /// Whether it has a host; nil until the feed has looked for one.
        var hasHost: Bool?
        /// Whether it has records of Sysmon, so that those of the log Security are skipped.
        var hasSysmon = false
        /// Its lane of the timeline; nil until its first event is applied.
        fileprivate(set) var lane: Int?
        /// The times of the first and the last event that have one.
        fileprivate var span: (first: FileTime, last: FileTime)?

        /// The earliest time of an event.
        private(set) var earliest: FileTime?
        /// The latest time of an event.
        private(set) var latest: FileTime?

        /// Whether the last event that has a time happened before the first one.
        var isNewestFirst: Bool { span.map { $0.last < $0.first } ?? false }

        /// Notes the time of an event.
        mutating func note(_ time: FileTime?) {
            guard let time else { return }
            span = (span?.first ?? time, time)
            earliest = min(earliest ?? time, time)
            latest = max(latest ?? time, time)
        }
    }

    private let options: EventFeed.Options
    private(set) var all: [Section] = []
    /// Names in order of appearance, including machines that are not replayed.
    private(set) var machines: [String] = []
    /// The counts of lines without a section.
    var others = Tally()
    /// The events of each lane of the timeline.
    private(set) var lanes: [TimeBuckets<EventBucket>] = []
    /// Indices by name; nil for a machine that is not replayed.
    private var indices: [String: Int?] = [:]
    /// The machine of the previous line, which most lines share.
    private var last: (machine: String, section: Int?)?

    init(_ options: EventFeed.Options) {
        self.options = options
    }

    subscript(index: Int) -> Section {
        _read { yield all[index] }
        _modify { yield &all[index] }
    }

    /// The index of a machine's section; nil if it is not replayed.
    mutating func section(of machine: String) -> Int? {
        if let last, last.machine == machine { return last.section }
        let section = findSection(of: machine)
        last = (machine, section)
        return section
    }

    private mutating func findSection(of machine: String) -> Int? {
        if let section = indices[machine] { return section }
        // One reader distinguishes at most this many machines; several readers may find more.
        guard machines.count < MachineNames.limit else { return nil }
        machines.append(machine)
        let isReplayed =
            if let chosen = options.machine { machine == chosen.lowercased() } else {
                options.replaysAllMachines || all.isEmpty
            }
        let section = isReplayed ? add(machine) : nil
        indices[machine] = .some(section)
        return section
    }

    /// The index of the section for lines that do not name a machine.
    mutating func nativeSection() -> Int { all.isEmpty ? add(nil) : 0 }

    private mutating func add(_ machine: String?) -> Int {
        var section = Section(
            machine: machine,
            mapper: SysmonMapper(
                createsInitialThreads: options.createsInitialThreads, maxHeldRecords: options.maxHeldRecords))
        section.hasSysmon = machine.map(options.machinesWithSysmon.contains) ?? false
        all.append(section)
        return all.count - 1
    }

    /// Changes the counts of a section; nil stands for the lines without one.
    mutating func tally(_ section: Int?, _ change: (inout Tally) -> Void) {
        if let section { change(&all[section].tally) } else { change(&others) }
    }

    /// Notes that a section has got a host. Hosts get their lanes of the timeline in this order, until there are as many as there may be.
    mutating func giveLane(to section: Int) {
        guard options.reportsTimeline, all[section].lane == nil else { return }
        if lanes.count < Timeline.mostLanes { lanes.append(TimeBuckets()) }
        all[section].lane = lanes.count - 1
    }

    /// Counts an event of a section that was applied.
    mutating func apply(_ plan: EventPlan, of section: Int) {
        all[section].tally.apply(plan.type)
        if let lane = all[section].lane, let time = plan.time { lanes[lane].update(at: time) { $0.count += 1 } }
    }

    /// All counts together.
    var sum: Tally {
        var sum = others
        for section in all { sum.add(section.tally) }
        return sum
    }
}
