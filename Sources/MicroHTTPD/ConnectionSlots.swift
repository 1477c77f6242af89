import Locking
import Synchronization

/// The slots for connections: ordinary ones, and a few reserved ones for probes when all ordinary ones are in use.
final class ConnectionSlots: Sendable {
    /// The kind of a slot.
    enum Slot {
        /// The connection may do anything.
        case ordinary
        /// The connection may send one probe.
        case reserved
    }

    private let limit: Int
    private let reserve: Int
    private let ordinary = Atomic(0)
    private let reserved = Atomic(0)
    private let changedAt = Atomic(monotonicNow())
    /// Sockets with a reserved slot that do not have a `Connection` yet.
    private let reservedSockets = Locked<Set<Int32>>([])

    init(_ limit: Int, reserve: Int) {
        self.limit = limit
        self.reserve = reserve
    }

    /// When an ordinary slot was last acquired or released, in ns of the monotonic clock.
    var lastChange: Int64 { changedAt.load(ordering: .relaxed) }

    /// Acquires a slot of this kind; false if all are in use.
    func acquire(_ slot: Slot) -> Bool {
        switch slot {
        case .ordinary:
            guard ordinary.add(1, upTo: limit) else { return false }
            changedAt.store(monotonicNow(), ordering: .relaxed)
            return true
        case .reserved: return reserved.add(1, upTo: reserve)
        }
    }

    func release(_ slot: Slot) {
        switch slot {
        case .ordinary:
            ordinary.subtract(1, ordering: .relaxed)
            changedAt.store(monotonicNow(), ordering: .relaxed)
        case .reserved: reserved.subtract(1, ordering: .relaxed)
        }
    }

    /// Exchanges a reserved slot for an ordinary one; false if none is free.
    func promote() -> Bool {
        guard acquire(.ordinary) else { return false }
        release(.reserved)
        return true
    }

    /// Records that `socket`, which is about to be passed to the library, has a reserved slot.
    func markReserved(_ socket: Int32) {
        reservedSockets.withLock { _ = $0.insert(socket) }
    }

    /// The slot of `socket`, which now has a `Connection` or was rejected by the library.
    func claimSlot(of socket: Int32) -> Slot {
        guard reserved.load(ordering: .relaxed) > 0 else { return .ordinary }
        return reservedSockets.withLock { $0.remove(socket) } == nil ? .ordinary : .reserved
    }
}
