import Bytes
import DequeModule
import HeapModule

/// Which messages to one endpoint have a connection and which wait for one: the plain state, without libcurl
/// (decision 16).
///
/// Between hosts, first come first served. Async messages of one client go one at a time and in order (ASY-7), and
/// leave a quarter of the connections to the others.
struct PoolState<Request> {
    /// A request that may go now, in its place of the pool until `finish`.
    struct Start {
        let request: Request
        let client: ClientID
        let lane: Lane
        /// Since when it waited; nil when it did not.
        let waitedSince: Monotonic?
    }

    /// The decision on a request that arrives.
    enum Admission: Hashable {
        /// It may go now.
        case start
        /// It waits.
        case wait
        /// Too many of its client wait already.
        case refuse
    }

    /// Most requests of one client that wait for each lane.
    static var capacity: Int { 1024 }

    /// Most requests that may be under way, async ones among them.
    let limit: Int
    /// Most async requests that may be under way.
    let asyncLimit: Int
    /// Requests that are under way.
    private(set) var running = 0
    private var runningAsync = 0

    private typealias Ticket = UInt64

    private struct Place {
        let request: Request
        let client: ClientID
        let lane: Lane
        let deadline: Monotonic
        let since: Monotonic
    }

    private struct Client {
        var tickets: Set<Ticket> = []
        /// Whether an async request is under way or in line.
        var hasAsyncTurn = false
        /// Async requests behind that one.
        var behind = TicketLine()
        var waitingImmediate = 0
    }

    private struct Deadline: Comparable {
        let time: Monotonic
        let ticket: Ticket

        static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
    }

    private var lastTicket: Ticket = 0
    /// Those that wait.
    private var places: [Ticket: Place] = [:]
    private var clients: [ClientID: Client] = [:]
    private var immediateLine = TicketLine()
    private var asyncLine = TicketLine()
    /// Deadlines of the requests that wait, and of some that no longer do.
    private var deadlines = Heap<Deadline>()

    /// A state of at most `limit` connections, 4 or more.
    init(limit: Int) {
        self.limit = limit
        asyncLimit = limit - limit / 4
    }

    /// Requests that wait.
    var waiting: Int { places.count }

    /// The earliest deadline of those that wait.
    var earliestDeadline: Monotonic? {
        mutating get {
            while let first = deadlines.min, places[first.ticket] == nil { deadlines.removeMin() }
            return deadlines.min?.time
        }
    }

    /// Why a request on `lane` failed that got no connection in time.
    func shortage(for lane: Lane) -> String {
        guard lane == .async, running < limit else { return "no free connection (\(running) of \(limit))" }
        let kept = "\(limit - asyncLimit) are kept for sync and direct messages"
        return "no free connection (\(running) of \(limit), of which \(kept))"
    }

    /// Takes note of a request; `start` when it is under way from now on.
    mutating func arrive(
        _ request: Request, of client: ClientID, on lane: Lane, deadline: Monotonic, at now: Monotonic
    ) -> Admission {
        let place = Place(request: request, client: client, lane: lane, deadline: deadline, since: now)
        switch lane {
        case .immediate:
            if running < limit, immediateLine.first(where: { places[$0] != nil }) == nil {
                running += 1
                return .start
            }
            guard clients[client, default: Client()].waitingImmediate < Self.capacity else { return .refuse }
            clients[client, default: Client()].waitingImmediate += 1
            immediateLine.append(wait(place))
        case .async:
            if clients[client, default: Client()].hasAsyncTurn {
                guard clients[client, default: Client()].behind.count < Self.capacity else { return .refuse }
                let ticket = wait(place)
                clients[client, default: Client()].behind.append(ticket)
                return .wait
            }
            clients[client, default: Client()].hasAsyncTurn = true
            if running < limit, runningAsync < asyncLimit, asyncLine.first(where: { places[$0] != nil }) == nil {
                running += 1
                runningAsync += 1
                return .start
            }
            asyncLine.append(wait(place))
        }
        return .wait
    }

    /// Takes note that a request of `client` has ended; returns the requests that may go now.
    mutating func finish(_ lane: Lane, of client: ClientID) -> [Start] {
        running -= 1
        if lane == .async {
            runningAsync -= 1
            passAsyncTurn(of: client)
        }
        var starts: [Start] = []
        while running < limit, let ticket = nextInLine(), let place = leave(ticket) {
            running += 1
            if place.lane == .async { runningAsync += 1 }
            starts.append(
                Start(request: place.request, client: place.client, lane: place.lane, waitedSince: place.since))
        }
        return starts
    }

    /// Removes the waiting requests whose deadline has passed.
    mutating func takeExpired(at now: Monotonic) -> [Start] {
        var expired: [Start] = []
        while let first = earliestDeadline, first <= now, let ticket = deadlines.popMin()?.ticket {
            let isInTurn = places[ticket].map { $0.lane == .async && !isBehind(ticket, $0.client) } ?? false
            guard let place = leave(ticket) else { continue }
            if isInTurn { passAsyncTurn(of: place.client) }
            expired.append(
                Start(request: place.request, client: place.client, lane: place.lane, waitedSince: place.since))
        }
        return expired
    }

    /// Removes all waiting requests of `client` and forgets it. Its requests under way still need `finish`.
    mutating func takeAll(of client: ClientID) -> [Request] {
        guard let tickets = clients.removeValue(forKey: client)?.tickets else { return [] }
        return tickets.sorted().compactMap { places.removeValue(forKey: $0)?.request }
    }

    // MARK: Lines

    private mutating func wait(_ place: Place) -> Ticket {
        lastTicket += 1
        places[lastTicket] = place
        clients[place.client, default: Client()].tickets.insert(lastTicket)
        deadlines.insert(Deadline(time: place.deadline, ticket: lastTicket))
        // A request that leaves before its deadline leaves an entry behind.
        if deadlines.count > 2 * places.count + 64 {
            deadlines = Heap(places.map { Deadline(time: $1.deadline, ticket: $0) })
            immediateLine.compact { places[$0] != nil }
            asyncLine.compact { places[$0] != nil }
        }
        return lastTicket
    }

    private mutating func leave(_ ticket: Ticket) -> Place? {
        guard let place = places.removeValue(forKey: ticket) else { return nil }
        clients[place.client]?.tickets.remove(ticket)
        if place.lane == .immediate { clients[place.client]?.waitingImmediate -= 1 }
        clients[place.client]?.behind.remove(ticket)
        return place
    }

    private func isBehind(_ ticket: Ticket, _ client: ClientID) -> Bool {
        clients[client]?.behind.contains(ticket) ?? false
    }

    /// The request to start next: the older head of the two lines that may go.
    private mutating func nextInLine() -> Ticket? {
        let immediate = immediateLine.first { places[$0] != nil }
        let async = runningAsync < asyncLimit ? asyncLine.first { places[$0] != nil } : nil
        guard let immediate else { return async }
        return async.map { min($0, immediate) } ?? immediate
    }

    /// Puts the next async request of `client` in line, at its end.
    private mutating func passAsyncTurn(of client: ClientID) {
        guard clients[client] != nil else { return }
        guard let next = clients[client]?.behind.first(where: { places[$0] != nil }), let place = leave(next) else {
            clients[client]?.hasAsyncTurn = false
            if clients[client]?.tickets.isEmpty ?? false { clients[client] = nil }
            return
        }
        asyncLine.append(wait(place))
    }
}

/// Tickets in the order in which they were given out; those that left are passed over.
struct TicketLine {
    private var tickets = Deque<UInt64>()

    /// How many tickets there are, including some that have left.
    var count: Int { tickets.count }

    mutating func append(_ ticket: UInt64) { tickets.append(ticket) }

    /// The first that `isThere`; those before it are dropped.
    mutating func first(where isThere: (UInt64) -> Bool) -> UInt64? {
        while let ticket = tickets.first {
            if isThere(ticket) { return ticket }
            tickets.removeFirst()
        }
        return nil
    }

    func contains(_ ticket: UInt64) -> Bool { position(of: ticket) != nil }

    mutating func remove(_ ticket: UInt64) { if let position = position(of: ticket) { tickets.remove(at: position) } }

    mutating func compact(_ isThere: (UInt64) -> Bool) { tickets.removeAll { !isThere($0) } }

    /// A binary search, since tickets are in ascending order.
    private func position(of ticket: UInt64) -> Int? {
        var (low, high) = (0, tickets.count)
        while low < high {
            let middle = (low + high) / 2
            if tickets[middle] < ticket { low = middle + 1 } else { high = middle }
        }
        return low < tickets.count && tickets[low] == ticket ? low : nil
    }
}
