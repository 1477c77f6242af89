/// The metrics that belong to no operation.
final class ServiceMetrics: Sendable {
    /// Answers to requests that match no operation.
    let unrouted = RouteMetrics(operation: "none")
}
