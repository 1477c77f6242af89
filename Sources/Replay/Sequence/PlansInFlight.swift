import DequeModule

/// The plans in flight, and the queue of plans that can continue.
struct PlansInFlight: Sendable {
    typealias Ticket = EventSequence.Ticket

    /// A plan with its section and its id in the lanes.
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

    /// Adds a plan, which can continue immediately.
    mutating func start(_ entry: Entry) {
        entries[nextTicket] = entry
        runnable.append(nextTicket)
        nextTicket += 1
    }

    /// Marks a plan as ready to continue.
    mutating func resume(_ ticket: Ticket) { runnable.append(ticket) }

    /// The next plan that can continue. The caller must find its next step.
    mutating func popRunnable() -> Ticket? { runnable.popFirst() }

    /// Removes a plan.
    mutating func end(_ ticket: Ticket) -> Entry? { entries.removeValue(forKey: ticket) }
}
