import Synchronization

/// Durations in the buckets of a Prometheus histogram.
final class Histogram: Sendable {
    /// The bounds for the latencies of an engine.
    static let engineBounds: [UInt64] = [
        50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        5_000_000, 10_000_000, 60_000_000,
    ]

    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }

    /// The upper bounds of the buckets in microseconds; an additional last bucket has no bound.
    let bounds: [UInt64]
    private let buckets: [Count]
    private let sumMicroseconds = Atomic<UInt64>(0)

    init(bounds: [UInt64] = engineBounds) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Count() }
    }

    func observe(nanoseconds: UInt64) {
        let microseconds = nanoseconds / 1000
        let bucket = bounds.firstIndex { microseconds <= $0 } ?? bounds.count
        buckets[bucket].value.wrappingAdd(1, ordering: .relaxed)
        sumMicroseconds.wrappingAdd(microseconds, ordering: .relaxed)
    }

    /// The number of observations in each bucket, and their sum in microseconds.
    var snapshot: (buckets: [UInt64], sumMicroseconds: UInt64) {
        (buckets.map { $0.value.load(ordering: .relaxed) }, sumMicroseconds.load(ordering: .relaxed))
    }
}
