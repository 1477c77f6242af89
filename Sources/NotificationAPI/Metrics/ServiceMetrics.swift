/// Counts what belongs to no operation.
final class ServiceMetrics: Sendable {
    /// Answers to requests that found no operation.
    let unrouted = RouteMetrics(operation: "none")
}
