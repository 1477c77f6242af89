/// Which requests of a lane may go and which wait: the plain state, without libcurl.
struct LaneQueue<Request> {
    /// What becomes of a request that arrives.
    enum Admission: Hashable {
        /// It may go now.
        case start
        /// It waits for another to finish.
        case wait
        /// Too many wait already.
        case refuse
    }

    /// Most requests that may be under way.
    let limit: Int
    /// Most requests that may wait.
    let capacity: Int
    /// Requests that are under way.
    private(set) var running = 0
    private var waiting: [(request: Request, deadline: Monotonic)] = []

    init(limit: Int, capacity: Int) {
        self.limit = limit
        self.capacity = capacity
    }

    /// Whether nothing is under way or waits.
    var isIdle: Bool { running == 0 && waiting.isEmpty }

    /// The earliest deadline of those that wait.
    var earliestDeadline: Monotonic? { waiting.lazy.map(\.deadline).min() }

    /// Takes note of a request.
    mutating func arrive(_ request: Request, deadline: Monotonic) -> Admission {
        guard running >= limit else {
            running += 1
            return .start
        }
        guard waiting.count < capacity else { return .refuse }
        waiting.append((request, deadline))
        return .wait
    }

    /// Takes note that one that was under way is not any more; returns the one that may go in its place.
    mutating func finish() -> Request? {
        guard !waiting.isEmpty else {
            running -= 1
            return nil
        }
        return waiting.removeFirst().request
    }

    /// Takes out those that wait and whose time is over.
    mutating func takeExpired(at now: Monotonic) -> [Request] {
        guard let earliestDeadline, earliestDeadline <= now else { return [] }
        let expired = waiting.filter { $0.deadline <= now }
        waiting.removeAll { $0.deadline <= now }
        return expired.map(\.request)
    }

    /// Takes out all that wait.
    mutating func takeWaiting() -> [Request] {
        defer { waiting = [] }
        return waiting.map(\.request)
    }
}
