import Synchronization

/// How many of something may be open at a time, in all: live streams, uploads.
final class Places: Sendable {
    let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// How many are open now.
    var open: Int { taken.load(ordering: .relaxed) }

    /// A place for one more, until it is let go of; nil when there is none.
    func take() -> Place? {
        guard taken.add(1, ordering: .relaxed).newValue <= limit else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        return Place(self)
    }

    /// The place of one that is open.
    final class Place: Sendable {
        private let places: Places

        fileprivate init(_ places: Places) { self.places = places }

        deinit { places.taken.subtract(1, ordering: .relaxed) }
    }
}
