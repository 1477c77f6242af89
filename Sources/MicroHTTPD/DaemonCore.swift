import Bytes
import Dispatch
import Locking
import Synchronization

/// What all connections of a daemon share.
package final class DaemonCore: Sendable {
    package let handler: any RequestHandler
    let log: @Sendable (String) -> Void
    /// How long a client may take for a request, in nanoseconds.
    let requestTime: Int64
    /// How long a client may keep a connection without a request, in nanoseconds.
    let idleTime: Int64
    /// What new connections show in their handshake.
    let identity: Locked<TLSIdentity?>
    /// The slots for connections; each connection uses one from its beginning.
    let slots: ConnectionSlots
    /// The requests that a stop waits for.
    let awaited = DispatchGroup()
    /// `Connection` objects in existence.
    let liveConnections = Atomic(0)
    /// Idle connections that were closed to make room for others and are not over yet.
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

    /// How far the daemon has come.
    var stage: Stage {
        Stage(rawValue: stageValue.load(ordering: .acquiring)) ?? .closing
    }

    /// Goes on to `stage`; never back.
    func advance(to stage: Stage) {
        stageValue.max(stage.rawValue, ordering: .acquiringAndReleasing)
    }

    /// The connections that are open.
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

    /// Cuts the connections whose deadline has passed; does not look at the others, as `sweep` does.
    func cutLate() { cut { $0.cutIfLate($1) } }

    /// Counts the connections for which `isCut`, which gets the time of now, returns true.
    private func cut(_ isCut: (Rendezvous, Int64) -> Bool) {
        let now = monotonicNow()
        let count = open.count { isCut($0, now) }
        if count > 0 { cutCount.add(count, ordering: .relaxed) }
    }

    /// Makes room for others: closes idle connections until `count` connections are closing. Only those count as idle that
    /// have been between two requests for a second or more; the longest idle are closed first. Returns how many are closing.
    func closeIdle(_ count: Int) -> Int {
        let before = closingCount.load(ordering: .relaxed)
        let count = count - before
        guard count > 0 else { return before }
        let latest = monotonicNow() - 1_000_000_000
        let idle = open.map { (since: $0.idleSince, connection: $0) }.filter { $0.since <= latest }
        var closed = 0
        for (since, connection) in idle.sorted(by: { $0.since < $1.since }) where closed < count {
            // Counted first: the connection may be over before this returns.
            closingCount.add(1, ordering: .relaxed)
            if connection.closeIdle(since: since) { closed += 1 } else { closingCount.subtract(1, ordering: .relaxed) }
        }
        closedIdleCount.add(closed, ordering: .relaxed)
        return before + closed
    }

    /// Counts a request that was refused because no slot was free.
    func countTurnedAway() { turnedAwayCount.add(1, ordering: .relaxed) }

    /// The counts of this moment.
    var statistics: DaemonStatistics {
        DaemonStatistics(
            openConnections: connections.withLock { $0.count }, cutByDeadline: cutCount.load(ordering: .relaxed),
            closedIdle: closedIdleCount.load(ordering: .relaxed),
            turnedAway: turnedAwayCount.load(ordering: .relaxed))
    }
}

/// The present moment in nanoseconds. Deadlines do not need more than the coarse clock.
func monotonicNow() -> Int64 { Monotonic.coarse().nanoseconds }
