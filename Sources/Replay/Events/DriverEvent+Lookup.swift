public import Messages

extension DriverEvent {
    /// The lines by raw value.
    private static let lines = allCases.map { event in
        guard let line = table.first(where: { $0.event == event }) else {
            preconditionFailure("\(event) has no line in its table")
        }
        return line
    }

    var line: Line { Self.lines[Int(rawValue)] }

    /// Its name, the routines that it runs, and its meaning.
    public var term: Term { line.term }
    /// Its name in native lines and reports.
    public var name: String { line.term.name }
    /// The operationIds of the requests that cause the same event.
    public var operations: [String] { line.operations }
    /// The members of its native lines beside `type`.
    public var members: [String] { line.native.members.dropFirst().map { "\($0)" } }
    /// How its members differ from those of the request, as a sentence; nil if they do not.
    public var note: String? { line.native.note }
    /// The event id of Sysmon's records of it; nil if Sysmon does not record it.
    public var sysmonId: UInt64? { line.sysmon?.id }

    /// The names of all events.
    static let names = allCases.map(\.name)

    /// The event named `name`.
    init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self = Self.allCases[index]
    }

    /// The events that Sysmon records, by event id.
    private static let recorded: [DriverEvent?] = {
        var events: [DriverEvent?] = []
        for (event, id) in allCases.map({ ($0, $0.sysmonId) }) {
            guard let id = id.map(Int.init) else { continue }
            while events.count <= id { events.append(nil) }
            events[id] = event
        }
        return events
    }()

    /// The event that Sysmon records with `sysmonId`.
    init?(sysmonId: UInt64) {
        guard sysmonId < UInt64(Self.recorded.count), let event = Self.recorded[Int(sysmonId)] else { return nil }
        self = event
    }
}
