/// Records that wait until another one has the pid of their GUID.
///
/// Their number and size are limited. Above the limit the oldest is skipped, because the record that it waits for follows
/// within a few lines or never.
struct HeldRecords {
    private let maxCount: Int
    private let maxTextBytes = 16 << 20
    private var textBytes = 0
    /// By number, in order of arrival.
    private var events: [Int: SysmonEvent] = [:]
    private var oldest = 0
    private var next = 0
    /// The numbers of the events that wait for a GUID, ascending.
    private var waiting: [SysmonGUID: [Int]] = [:]

    /// Whether nothing waits.
    var isEmpty: Bool { events.isEmpty }

    init(maxCount: Int) { self.maxCount = maxCount }

    /// Holds an unresolved event; returns the events that exceed the limit.
    mutating func hold(_ event: SysmonEvent) -> [SysmonEvent] {
        events[next] = event
        textBytes += event.textBytes
        for guid in event.unresolvedGUIDs { waiting[guid, default: []].append(next) }
        next += 1
        var evicted: [SysmonEvent] = []
        while events.count > maxCount || textBytes > maxTextBytes { evicted += takeOldest() }
        return evicted
    }

    /// Sets the pid of a GUID; returns the events that are now complete, in order of arrival.
    mutating func resolve(_ guid: SysmonGUID, to processId: UInt32) -> [SysmonEvent] {
        var complete: [SysmonEvent] = []
        for number in waiting.removeValue(forKey: guid) ?? [] {
            guard var event = events[number] else { continue }
            event.resolve { $0 == guid ? processId : nil }
            if event.isUnresolved {
                events[number] = event
            } else {
                events[number] = nil
                textBytes -= event.textBytes
                complete.append(event)
            }
        }
        return complete
    }

    /// Removes and returns all events, in order of arrival.
    mutating func takeAll() -> [SysmonEvent] {
        var all: [SysmonEvent] = []
        while !events.isEmpty { all += takeOldest() }
        return all
    }

    /// Removes the event with the number `oldest`, if it still waits, and advances `oldest`.
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
    /// The GUIDs whose pids are missing.
    fileprivate var unresolvedGUIDs: Set<SysmonGUID> {
        Set([subject, target].compactMap { $0?.isUnresolved == true ? $0?.guid : nil })
    }
}
