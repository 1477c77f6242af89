import Bytes
import Synchronization

/// The numbers of answers of one operation, by status.
final class RouteMetrics: Sendable {
    let operation: String
    /// In the order of `countedStatuses`.
    private let counts = InlineArray<18, Atomic<UInt64>> { _ in Atomic(0) }

    private static let countedStatuses = [
        200, 201, 202, 204, 400, 401, 403, 404, 405, 406, 409, 413, 415, 421, 500, 501, 503, 505,
    ]

    init(operation: String) { self.operation = operation }

    /// How long the answers took.
    let durations = Histogram(bounds: RouteMetrics.bounds)

    /// The upper bounds of the buckets for durations in microseconds.
    private static let bounds: [UInt64] = [500, 1000, 5000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000]

    /// Counts an answer that was begun `nanoseconds` after its request.
    func count(status: Int, nanoseconds: UInt64) {
        if let index = RouteMetrics.countedStatuses.firstIndex(of: status) {
            counts[index].wrappingAdd(1, ordering: .relaxed)
        }
        durations.observe(nanoseconds: nanoseconds)
    }

    /// The statuses of the answers so far, with their counts.
    var statuses: [(status: Int, count: UInt64)] {
        RouteMetrics.countedStatuses.enumerated().map { ($1, counts[$0].load(ordering: .relaxed)) }.filter { $0.1 > 0 }
    }
}
