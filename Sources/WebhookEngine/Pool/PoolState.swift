import Bytes
import DequeModule
import HeapModule

/// Decides which messages to one endpoint get a connection and which wait: the plain state, without libcurl
/// (decision 16).
///
/// Clients are served in order of arrival. Async messages of one client are sent one at a time and in order (ASY-7).
/// Async messages of all clients leave a quarter of the connections to the others.
struct PoolState<Request> {
    /// A request to start now. It occupies a connection until `finish`.
    struct Start {
        let request: Request
        let client: ClientID
        let lane: Lane
        /// When it began to wait; nil if it did not.
        let waitedSince: Monotonic?
    }

    /// The decision on a new request.
    enum Admission: Hashable {
        /// Start it now.
        case start
        /// It must wait.
        case wait
        /// Too many requests of its client are waiting.
        case refuse
    }

    /// Maximum number of waiting requests per client and lane.
    static var capacity: Int { 1024 }

    /// Maximum number of requests in flight, including async ones.
    let limit: Int
    /// Maximum number of async requests in flight.
    let asyncLimit: Int
    /// Number of requests in flight.
    private(set) var running = 0
    private var runningAsync = 0

    private typealias Ticket = UInt64

    private struct Entry {
        let request: Request
        let client: ClientID
        let lane: Lane
        let deadline: Monotonic
        let since: Monotonic
    }

    private struct Client {
        var tickets: Set<Ticket> = []
        /// Whether an async request is in flight or in line.
        var hasAsyncTurn = false
        /// Further async requests of the client, which are not in line yet.
        var behind = TicketLine()
        var waitingImmediate = 0
    }

    private struct Deadline: Comparable {
        let time: Monotonic
        let ticket: Ticket

        static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
    }

    private var lastTicket: Ticket = 0
    /// Waiting requests.
    private var entries: [Ticket: Entry] = [:]
    private var clients: [ClientID: Client] = [:]
    private var immediateLine = TicketLine()
    private var asyncLine = TicketLine()
    /// Deadlines of the waiting requests, and stale entries of requests that have left.
    private var deadlines = Heap<Deadline>()

    /// Creates the state for at most `limit` connections, 4 or more.
    init(limit: Int) {
        self.limit = limit
        asyncLimit = limit - limit / 4
    }

    /// Number of waiting requests.
    var waiting: Int { entries.count }

    /// The earliest deadline of the waiting requests.
    var earliestDeadline: Monotonic? {
        mutating get {
            while let first = deadlines.min, entries[first.ticket] == nil { deadlines.removeMin() }
            return deadlines.min?.time
        }
    }

    /// The error of a request on `lane` that got no connection in time.
    func shortage(for lane: Lane) -> String {
        guard lane == .async, running < limit else { return "no free connection (\(running) of \(limit))" }
        let kept = "\(limit - asyncLimit) are kept for sync and direct messages"
        return "no free connection (\(running) of \(limit), of which \(kept))"
    }

    /// Adds a request. After `.start` it counts as in flight.
    mutating func arrive(
        _ request: Request, of client: ClientID, on lane: Lane, deadline: Monotonic, at now: Monotonic
    ) -> Admission {
        let entry = Entry(request: request, client: client, lane: lane, deadline: deadline, since: now)
        switch lane {
        case .immediate:
            if running < limit, immediateLine.first(where: { entries[$0] != nil }) == nil {
                running += 1
                return .start
            }
            guard clients[client, default: Client()].waitingImmediate < Self.capacity else { return .refuse }
            clients[client, default: Client()].waitingImmediate += 1
            immediateLine.append(wait(entry))
        case .async:
            if takeAsyncTurn(of: client) {
                guard clients[client]?.behind.count ?? 0 < Self.capacity else { return .refuse }
                let ticket = wait(entry)
                clients[client]?.behind.append(ticket)
                return .wait
            }
            if running < limit, runningAsync < asyncLimit, asyncLine.first(where: { entries[$0] != nil }) == nil {
                running += 1
                runningAsync += 1
                return .start
            }
            asyncLine.append(wait(entry))
        }
        return .wait
    }

    /// Notes that a request of `client` has ended; returns the requests to start now.
    mutating func finish(_ lane: Lane, of client: ClientID) -> [Start] {
        running -= 1
        if lane == .async {
            runningAsync -= 1
            passAsyncTurn(of: client)
        }
        var starts: [Start] = []
        while running < limit, let ticket = nextInLine(), let entry = leave(ticket) {
            running += 1
            if entry.lane == .async { runningAsync += 1 }
            starts.append(
                Start(request: entry.request, client: entry.client, lane: entry.lane, waitedSince: entry.since))
        }
        return starts
    }

    /// Removes the waiting requests whose deadline has passed.
    mutating func takeExpired(at now: Monotonic) -> [Start] {
        var expired: [Start] = []
        while let first = earliestDeadline, first <= now, let ticket = deadlines.popMin()?.ticket {
            let isInTurn = entries[ticket].map { $0.lane == .async && !isBehind(ticket, $0.client) } ?? false
            guard let entry = leave(ticket) else { continue }
            if isInTurn { passAsyncTurn(of: entry.client) }
            expired.append(
                Start(request: entry.request, client: entry.client, lane: entry.lane, waitedSince: entry.since))
        }
        return expired
    }

    /// Removes `client` and its waiting requests. Its requests in flight still need `finish`.
    mutating func takeAll(of client: ClientID) -> [Request] {
        guard let tickets = clients.removeValue(forKey: client)?.tickets else { return [] }
        return tickets.sorted().compactMap { entries.removeValue(forKey: $0)?.request }
    }

    // MARK: Lines

    private mutating func wait(_ entry: Entry) -> Ticket {
        lastTicket += 1
        entries[lastTicket] = entry
        clients[entry.client, default: Client()].tickets.insert(lastTicket)
        deadlines.insert(Deadline(time: entry.deadline, ticket: lastTicket))
        // A request that leaves before its deadline leaves a stale deadline.
        if deadlines.count > 2 * entries.count + 64 {
            deadlines = Heap(entries.map { Deadline(time: $1.deadline, ticket: $0) })
            immediateLine.compact { entries[$0] != nil }
            asyncLine.compact { entries[$0] != nil }
        }
        return lastTicket
    }

    private mutating func leave(_ ticket: Ticket) -> Entry? {
        guard let entry = entries.removeValue(forKey: ticket) else { return nil }
        clients[entry.client]?.tickets.remove(ticket)
        if entry.lane == .immediate { clients[entry.client]?.waitingImmediate -= 1 }
        clients[entry.client]?.behind.remove(ticket)
        return entry
    }

    private func isBehind(_ ticket: Ticket, _ client: ClientID) -> Bool {
        clients[client]?.behind.contains(ticket) ?? false
    }

    /// The request to start next: the older head of the lines whose limit allows a start.
    private mutating func nextInLine() -> Ticket? {
        let immediate = immediateLine.first { entries[$0] != nil }
        let async = runningAsync < asyncLimit ? asyncLine.first { entries[$0] != nil } : nil
        guard let immediate else { return async }
        return async.map { min($0, immediate) } ?? immediate
    }

    /// Gives `client` the turn of its async requests; returns whether it had it already.
    private mutating func takeAsyncTurn(of client: ClientID) -> Bool {
        guard let place = clients.index(forKey: client) else {
            clients[client] = Client(hasAsyncTurn: true)
            return false
        }
        defer { clients.values[place].hasAsyncTurn = true }
        return clients.values[place].hasAsyncTurn
    }

    /// Puts the next async request of `client` in line, at its end.
    private mutating func passAsyncTurn(of client: ClientID) {
        guard let place = clients.index(forKey: client) else { return }
        guard let next = clients.values[place].behind.first(where: { entries[$0] != nil }), let entry = leave(next)
        else {
            clients.values[place].hasAsyncTurn = false
            return
        }
        asyncLine.append(wait(entry))
    }
}

/// Tickets in ascending order. Tickets of requests that have left are skipped.
struct TicketLine {
    private var tickets = Deque<UInt64>()

    /// Number of tickets, including stale ones.
    var count: Int { tickets.count }

    mutating func append(_ ticket: UInt64) { tickets.append(ticket) }

    /// The first ticket that `isWaiting`; removes those before it.
    mutating func first(where isWaiting: (UInt64) -> Bool) -> UInt64? {
        while let ticket = tickets.first {
            if isWaiting(ticket) { return ticket }
            tickets.removeFirst()
        }
        return nil
    }

    func contains(_ ticket: UInt64) -> Bool { position(of: ticket) != nil }

    mutating func remove(_ ticket: UInt64) { if let position = position(of: ticket) { tickets.remove(at: position) } }

    mutating func compact(_ isWaiting: (UInt64) -> Bool) { tickets.removeAll { !isWaiting($0) } }

    /// Binary search: tickets are in ascending order.
    private func position(of ticket: UInt64) -> Int? {
        let index = tickets.partitioningIndex { $0 >= ticket }
        return index < tickets.count && tickets[index] == ticket ? index : nil
    }
}
