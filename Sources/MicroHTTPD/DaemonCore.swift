import Bytes
import Dispatch
import Locking
import Synchronization

/// The state shared by all connections of a daemon.
package final class DaemonCore: Sendable {
    package let handler: any RequestHandler
    let log: @Sendable (String) -> Void
    /// How long a client may take for a request, in nanoseconds.
    let requestTime: Int64
    /// How long a client may keep a connection without a request, in nanoseconds.
    let idleTime: Int64
    /// The identity for new handshakes.
    let identity: Locked<TLSIdentity?>
    /// Headers of every answer.
    let headers: [(name: String, value: String)]
    /// The slots for connections; each connection uses one from the start.
    let slots: ConnectionSlots
    /// The requests that a stop waits for.
    let awaited = DispatchGroup()
    /// Number of existing `Connection` objects.
    let liveConnections = Atomic(0)
    /// Idle connections that are being closed to make room for others.
    let closingCount = Atomic(0)

    private let stageValue = Atomic(Stage.running.rawValue)
    private let connections = Locked<[ObjectIdentifier: Rendezvous]>([:])
    private let cutCount = Atomic(0)
    private let closedIdleCount = Atomic(0)
    private let turnedAwayCount = Atomic(0)

    package init(
        _ configuration: DaemonConfiguration, _ handler: any RequestHandler, _ log: @escaping @Sendable (String) -> Void
    ) {
        self.handler = handler
        self.log = log
        requestTime = configuration.requestDeadline.nanoseconds
        identity = Locked(configuration.tls)
        headers = configuration.headers
        slots = ConnectionSlots(configuration.connectionLimit, reserve: configuration.probeLimit)
        idleTime = Duration.seconds(configuration.idleTimeoutSeconds).nanoseconds
    }

    /// How long a client whose connection has `slot` may take for a request, in nanoseconds.
    func requestTime(with slot: ConnectionSlots.Slot) -> Int64 {
        switch slot {
        case .ordinary: requestTime
        case .reserved: 500_000_000
        }
    }

    /// The current stage of the daemon.
    var stage: Stage {
        Stage(rawValue: stageValue.load(ordering: .acquiring)) ?? .closing
    }

    /// Advances to `stage`; never goes back.
    func advance(to stage: Stage) {
        stageValue.max(stage.rawValue, ordering: .acquiringAndReleasing)
    }

    /// The open connections.
    var open: [Rendezvous] {
        connections.withLock { Array($0.values) }
    }

    func add(_ rendezvous: Rendezvous) {
        connections.withLock { $0[ObjectIdentifier(rendezvous)] = rendezvous }
    }

    func remove(_ rendezvous: Rendezvous) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(rendezvous)) }
    }

    /// Cuts the connections whose deadline has passed, and those whose client has disconnected.
    func sweep() { cut { $0.sweep($1) } }

    /// Cuts the connections whose deadline has passed; unlike `sweep` it does not check for disconnected clients.
    func cutLate() { cut { $0.cutIfLate($1) } }

    /// Calls `isCut` with the current time for each connection and counts those for which it returns true.
    private func cut(_ isCut: (Rendezvous, Int64) -> Bool) {
        let now = monotonicNow()
        let count = open.count { isCut($0, now) }
        if count > 0 { cutCount.add(count, ordering: .relaxed) }
    }

    /// Closes idle connections until `count` are closing; returns how many are. A connection is idle after a second between
    /// two requests; the longest idle are closed first.
    func closeIdle(_ count: Int) -> Int {
        let before = closingCount.load(ordering: .relaxed)
        let count = count - before
        guard count > 0 else { return before }
        let latest = monotonicNow() - 1_000_000_000
        let idle = open.map { (since: $0.idleSince, connection: $0) }.filter { $0.since <= latest }
        var closed = 0
        for (since, connection) in idle.sorted(by: { $0.since < $1.since }) where closed < count {
            // Counted first: the connection may end before `closeIdle` returns.
            closingCount.add(1, ordering: .relaxed)
            if connection.closeIdle(since: since) { closed += 1 } else { closingCount.subtract(1, ordering: .relaxed) }
        }
        closedIdleCount.add(closed, ordering: .relaxed)
        return before + closed
    }

    /// Counts a request that was refused because no slot was free.
    func countTurnedAway() { turnedAwayCount.add(1, ordering: .relaxed) }

    /// The current counts.
    var statistics: DaemonStatistics {
        DaemonStatistics(
            openConnections: connections.withLock { $0.count }, cutByDeadline: cutCount.load(ordering: .relaxed),
            closedIdle: closedIdleCount.load(ordering: .relaxed),
            turnedAway: turnedAwayCount.load(ordering: .relaxed))
    }
}

/// The current time in nanoseconds, from the coarse clock, which is precise enough for deadlines.
func monotonicNow() -> Int64 { Monotonic.coarse().nanoseconds }
