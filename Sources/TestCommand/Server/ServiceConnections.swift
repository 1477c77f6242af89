import Console
import Locking

/// The connections of a run to a service: each request takes one that is idle, or a new one.
final class ServiceConnections: Sendable {
    /// The service, as the user wrote it.
    let name: String
    private let client: ServiceClient
    /// Whether the run is to end.
    let isInterrupted: @Sendable () -> Bool
    private let idle = Locked<[ServiceConnection]>([])

    /// Connections of `client`. Once `isInterrupted`, requests are given up, except those that must be made in any case.
    init(_ client: ServiceClient, name: String, isInterrupted: @escaping @Sendable () -> Bool) {
        self.client = client
        self.name = name
        self.isInterrupted = isInterrupted
    }

    /// Sends a request and waits for the answer.
    func send(
        _ request: ServiceRequest, evenIfInterrupted: Bool = false
    ) throws(ServiceFault) -> ServiceClient.Answer {
        var request = request
        if !evenIfInterrupted { request.isAborted = isInterrupted }
        // A connection that failed is not used again.
        let connection = idle.withLock { $0.popLast() } ?? ServiceConnection(client)
        let answer = try connection.send(request)
        idle.withLock { $0.append(connection) }
        return answer
    }
}
