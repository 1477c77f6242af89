import Locking
import Synchronization

/// A limited number of slots, such as those for live streams.
final class Slots: Sendable {
    let limit: Int
    private let count = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// How many slots are in use.
    var inUse: Int { count.load(ordering: .relaxed) }

    /// A slot, in use until it is released or deallocated; nil when the limit is reached.
    func acquire() -> Slot? { count.add(1, upTo: limit) ? Slot(self) : nil }

    /// A slot in use.
    final class Slot: Sendable {
        private let slots: Slots
        private let isHeld = Atomic(true)

        fileprivate init(_ slots: Slots) { self.slots = slots }

        deinit { release() }

        /// Frees the slot; the second and later calls do nothing. Called before the client learns that it is over, so that
        /// the client can start the next one at once.
        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { slots.count.subtract(1, ordering: .relaxed) }
        }
    }
}
