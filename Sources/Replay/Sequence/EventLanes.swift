import DequeModule

/// Events of which several are under way at a time: those that name a common process one after the other, others as they
/// come.
///
/// On a real machine a notification holds up the thread that caused it and nobody else; a recording does not tell threads,
/// so that here it holds up its processes. Inferred.
struct EventLanes: Sendable {
    typealias ID = Int

    /// One process's events.
    private struct Lane: Hashable {
        let section: Int
        let processId: UInt32
    }

    private struct Entry {
        var event: LocatedEvent
        let lanes: [Lane]
        /// In how many of its lanes others come first.
        var blocked: Int
    }

    private var entries: [ID: Entry] = [:]
    /// The first of each may be under way.
    private var queues: [Lane: Deque<ID>] = [:]
    private var runnable: Deque<ID> = []
    private var nextID = 0

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }

    /// Takes in an event behind all that came before.
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
        nextID += 1
    }

    /// An event for whose processes none is under way; the caller ends it.
    mutating func popRunnable() -> (ID, LocatedEvent)? {
        guard let id = runnable.popFirst(), let entry = entries[id] else { return nil }
        return (id, entry.event)
    }

    /// An event is over: those behind it may come, in the order of the recording.
    mutating func end(_ id: ID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
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

    /// Takes out the events that are not under way.
    mutating func takeWaiting() -> [LocatedEvent] {
        let waiting = entries.filter { $0.value.blocked > 0 || runnable.contains($0.key) }
        for id in waiting.keys { entries[id] = nil }
        queues = queues.compactMapValues { queue in
            let rest = queue.filter { entries[$0] != nil }
            return rest.isEmpty ? nil : rest
        }
        runnable = []
        return waiting.values.map(\.event)
    }
}

/// An event and the section of its machine.
struct LocatedEvent: Sendable {
    let event: SysmonEvent
    let section: Int
}
