import DequeModule

/// Events that may run concurrently, unless they name a common process: then they run in order.
///
/// On a real machine a notification blocks only the thread that causes it. A recording does not name threads, so here it
/// blocks its processes. Inferred.
struct EventLanes: Sendable {
    typealias ID = Int

    /// The events of one process.
    private struct Lane: Hashable {
        let section: Int
        let processId: UInt32
    }

    private struct Entry {
        var event: LocatedEvent
        let lanes: [Lane]
        /// The number of lanes in which another event is ahead of it.
        var blocked: Int
    }

    private var entries: [ID: Entry] = [:]
    /// The events of each lane, in order. The first one may be in flight.
    private var queues: [Lane: Deque<ID>] = [:]
    private var runnable: Deque<ID> = []
    private var nextID = 0

    /// The number of events of each section.
    private var counts: [Int: Int] = [:]

    var isEmpty: Bool { entries.isEmpty }

    /// The number of events of a section; nil for all.
    func count(of section: Int? = nil) -> Int { section.map { counts[$0, default: 0] } ?? entries.count }

    /// Adds an event behind all earlier ones.
    mutating func add(_ event: LocatedEvent) {
        var lanes: [Lane] = []
        for processId in event.event.processIds {
            let lane = Lane(section: event.section, processId: processId)
            if !lanes.contains(lane) { lanes.append(lane) }
        }
        var entry = Entry(event: event, lanes: lanes, blocked: 0)
        for lane in lanes {
            if queues[lane] != nil { entry.blocked += 1 }
            queues[lane, default: []].append(nextID)
        }
        if entry.blocked == 0 { runnable.append(nextID) }
        entries[nextID] = entry
        counts[event.section, default: 0] += 1
        nextID += 1
    }

    /// The next event whose processes are free. The caller must end it.
    mutating func popRunnable() -> (ID, LocatedEvent)? {
        guard let id = runnable.popFirst(), let entry = entries[id] else { return nil }
        return (id, entry.event)
    }

    /// Ends an event. The events that it blocked become runnable, in the order of the recording.
    mutating func end(_ id: ID) {
        guard let entry = remove(id) else { return }
        var free: [ID] = []
        for lane in entry.lanes {
            _ = queues[lane]?.popFirst()
            guard let next = queues[lane]?.first else {
                queues[lane] = nil
                continue
            }
            entries[next]?.blocked -= 1
            if entries[next]?.blocked == 0 { free.append(next) }
        }
        runnable.append(contentsOf: free.sorted())
    }

    private mutating func remove(_ id: ID) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        counts[entry.event.section, default: 0] -= 1
        return entry
    }

    /// Removes and returns the events that are not in flight.
    mutating func takeWaiting() -> [LocatedEvent] {
        let waiting = entries.filter { $0.value.blocked > 0 || runnable.contains($0.key) }
        for id in waiting.keys { _ = remove(id) }
        queues = queues.compactMapValues { queue in
            let rest = queue.filter { entries[$0] != nil }
            return rest.isEmpty ? nil : rest
        }
        runnable = []
        return waiting.values.map(\.event)
    }
}

/// An event with the section of its machine.
struct LocatedEvent: Sendable {
    let event: SysmonEvent
    let section: Int
}
