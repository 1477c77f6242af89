import Locking
import Synchronization

/// A limited number of slots, such as those for live streams.
final class Slots: Sendable {
    let limit: Int
    private let count = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// The number of slots in use.
    var inUse: Int { count.load(ordering: .relaxed) }

    /// A slot, in use until it is released or deallocated; nil if the limit is reached.
    func acquire() -> Slot? { count.add(1, upTo: limit) ? Slot(self) : nil }

    /// A slot in use.
    final class Slot: Sendable {
        private let slots: Slots
        private let isHeld = Atomic(true)

        fileprivate init(_ slots: Slots) { self.slots = slots }

        deinit { release() }

        /// Frees the slot; further calls do nothing. Called before the client can see the end of its stream, so that it can
        /// open the next one at once.
        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { slots.count.subtract(1, ordering: .relaxed) }
        }
    }
}
