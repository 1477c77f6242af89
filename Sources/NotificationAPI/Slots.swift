import Locking
import Synchronization

/// How many of something may be open at a time, in all: live streams.
final class Places: Sendable {
    let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// How many are open now.
    var open: Int { taken.load(ordering: .relaxed) }

    /// A place for one more, until it is given back or released; nil when there is none.
    func take() -> Place? { taken.add(1, upTo: limit) ? Place(self) : nil }

    /// The place of one that is open.
    final class Place: Sendable {
        private let places: Places
        private let isHeld = Atomic(true)

        fileprivate init(_ places: Places) { self.places = places }

        deinit { leave() }

        /// Gives the place back, once: who is told that something is over may begin the next at once.
        func leave() {
            if isHeld.exchange(false, ordering: .relaxed) { places.taken.subtract(1, ordering: .relaxed) }
        }
    }
}
