import DequeModule

/// The plans that are being carried out, and which of them can go on.
struct PlansUnderWay: Sendable {
    typealias Ticket = EventSequence.Ticket

    /// A plan with its section, and its place in the lanes.
    struct Entry: Sendable {
        var plan: EventPlan
        let section: Int
        let lane: EventLanes.ID?
    }

    private var entries: [Ticket: Entry] = [:]
    private var runnable: Deque<Ticket> = []
    private var nextTicket = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    subscript(ticket: Ticket) -> Entry? {
        get { entries[ticket] }
        set { entries[ticket] = newValue }
    }

    /// Takes in a plan, which can go on at once.
    mutating func start(_ entry: Entry) {
        entries[nextTicket] = entry
        runnable.append(nextTicket)
        nextTicket += 1
    }

    /// Marks a plan as ready to continue.
    mutating func resume(_ ticket: Ticket) { runnable.append(ticket) }

    /// A plan that can go on; the caller sees to its next step.
    mutating func popRunnable() -> Ticket? { runnable.popFirst() }

    /// Ends a plan.
    mutating func end(_ ticket: Ticket) -> Entry? { entries.removeValue(forKey: ticket) }
}
