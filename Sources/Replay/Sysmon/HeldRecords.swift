/// Records that wait until another one tells the pid of their GUID.
///
/// Bounded by number and by size: beyond that the oldest has to go, since the record that it waits for comes within a few
/// lines or not at all.
struct HeldRecords {
    private let maxCount: Int
    private let maxTextBytes = 16 << 20
    private var textBytes = 0
    /// By order of arrival.
    private var events: [Int: SysmonEvent] = [:]
    private var oldest = 0
    private var next = 0
    /// The places in `events` that wait for a GUID, ascending.
    private var waiting: [SysmonGUID: [Int]] = [:]

    /// Whether nothing waits.
    var isEmpty: Bool { events.isEmpty }

    init(maxCount: Int) { self.maxCount = maxCount }

    /// Takes in an unresolved event; returns those that have to go.
    mutating func hold(_ event: SysmonEvent) -> [SysmonEvent] {
        events[next] = event
        textBytes += event.textBytes
        for guid in event.unresolvedGUIDs { waiting[guid, default: []].append(next) }
        next += 1
        var gone: [SysmonEvent] = []
        while events.count > maxCount || textBytes > maxTextBytes { gone += takeOldest() }
        return gone
    }

    /// Tells the pid of a GUID; returns the events that are complete now, in order of arrival.
    mutating func resolve(_ guid: SysmonGUID, to processId: UInt32) -> [SysmonEvent] {
        var complete: [SysmonEvent] = []
        for place in waiting.removeValue(forKey: guid) ?? [] {
            guard var event = events[place] else { continue }
            event.resolve { $0 == guid ? processId : nil }
            if event.isUnresolved {
                events[place] = event
            } else {
                events[place] = nil
                textBytes -= event.textBytes
                complete.append(event)
            }
        }
        return complete
    }

    /// Gives back everything that still waits, in order of arrival.
    mutating func takeAll() -> [SysmonEvent] {
        var all: [SysmonEvent] = []
        while !events.isEmpty { all += takeOldest() }
        return all
    }

    /// Takes the event at `oldest`, if one is there still, and steps on.
    private mutating func takeOldest() -> [SysmonEvent] {
        defer { oldest += 1 }
        guard let event = events.removeValue(forKey: oldest) else { return [] }
        textBytes -= event.textBytes
        for guid in event.unresolvedGUIDs {
            waiting[guid]?.removeAll { $0 == oldest }
            if waiting[guid]?.isEmpty == true { waiting[guid] = nil }
        }
        return [event]
    }
}

extension SysmonEvent {
    /// The GUIDs whose pids are missing, each once.
    fileprivate var unresolvedGUIDs: Set<SysmonGUID> {
        Set([subject, target].compactMap { $0?.isUnresolved == true ? $0?.guid : nil })
    }
}
