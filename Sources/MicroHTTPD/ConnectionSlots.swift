import Locking
import Synchronization

/// The places for connections: those for everybody, and a few in reserve that are filled when all others are taken.
final class ConnectionPlaces: Sendable {
    /// What a connection may do with its place.
    enum Place {
        /// Anything.
        case ordinary
        /// Ask one thing that is answered at once.
        case reserved
    }

    private let limit: Int
    private let reserve: Int
    private let ordinary = Atomic(0)
    private let reserved = Atomic(0)
    private let changedAt = Atomic(monotonicNow())
    /// The sockets with a reserved place that are on their way to becoming a `Connection`.
    private let handedOver = Locked<Set<Int32>>([])

    init(_ limit: Int, reserve: Int) {
        self.limit = limit
        self.reserve = reserve
    }

    /// Since when (ns of the monotonic clock) no ordinary place was taken or given back.
    var unchangedSince: Int64 { changedAt.load(ordering: .relaxed) }

    /// Takes a place of this kind; false when all are taken.
    func take(_ place: Place) -> Bool {
        switch place {
        case .ordinary:
            guard ordinary.add(1, upTo: limit) else { return false }
            changedAt.store(monotonicNow(), ordering: .relaxed)
            return true
        case .reserved: return reserved.add(1, upTo: reserve)
        }
    }

    func giveBack(_ place: Place) {
        switch place {
        case .ordinary:
            ordinary.subtract(1, ordering: .relaxed)
            changedAt.store(monotonicNow(), ordering: .relaxed)
        case .reserved: reserved.subtract(1, ordering: .relaxed)
        }
    }

    /// Gives a reserved place back for an ordinary one; false when none is free.
    func exchange() -> Bool {
        guard take(.ordinary) else { return false }
        giveBack(.reserved)
        return true
    }

    /// Notes that `socket`, which has a reserved place, is on its way.
    func handOver(_ socket: Int32) {
        handedOver.withLock { _ = $0.insert(socket) }
    }

    /// The place of `socket`, which has become a `Connection` or never will.
    func place(of socket: Int32) -> Place {
        guard reserved.load(ordering: .relaxed) > 0 else { return .ordinary }
        return handedOver.withLock { $0.remove(socket) } == nil ? .ordinary : .reserved
    }
}
