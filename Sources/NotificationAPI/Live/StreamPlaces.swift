import Synchronization

/// How many live streams may be open at a time, in all.
final class StreamPlaces: Sendable {
    let limit: Int
    private let taken = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// Streams that are open now.
    var open: Int { taken.load(ordering: .relaxed) }

    /// A place for one more stream, until it is let go of; nil when there is none.
    func take() -> Place? {
        guard taken.add(1, ordering: .relaxed).newValue <= limit else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        return Place(self)
    }

    /// The place of an open stream.
    final class Place: Sendable {
        private let places: StreamPlaces

        fileprivate init(_ places: StreamPlaces) { self.places = places }

        deinit { places.taken.subtract(1, ordering: .relaxed) }
    }
}
