import Curl

/// Everything that the connections of a `WebhookLoop` share: the multi handle that makes them, the poll that watches them, and the
/// table in which events find them.
final class EngineSockets: Sendable {
    private struct Slot {
        var connection: Unmanaged<EngineConnection>?
        /// Keeps the connection alive while it carries a request: its pool keeps it only while it is idle.
        var busy: EngineConnection?
    }

    /// Watches the connections that are made. Other threads only ring its bell.
    let poll: SocketPoll
    private let connections: Int
    private nonisolated(unsafe) var madeMulti: MultiHandle?  // only for whoever has the loop
    private nonisolated(unsafe) var slots: [Slot] = []  // only for whoever has the loop
    private nonisolated(unsafe) var freeNumbers: [Int] = []  // only for whoever has the loop

    /// Shared state for up to `connections` connections to each endpoint.
    ///
    /// - Throws: `WebhookEngineError.library` if the poll cannot be made.
    init(connections: Int) throws(WebhookEngineError) {
        self.connections = connections
        poll = try SocketPoll()
    }

    /// Makes connections. It exists from the first one on, so that libcurl is loaded only if there are any (decision 38).
    var multi: MultiHandle {
        get throws(CurlFailure) {
            if let madeMulti { return madeMulti }
            let new = try MultiHandle(connections: connections)
            madeMulti = new
            return new
        }
    }

    /// The connection with this number; nil if it has ended.
    func connection(_ number: Int) -> EngineConnection? { slots[number].connection?.takeUnretainedValue() }

    /// The connections that carry a request.
    var busyConnections: [EngineConnection] { slots.compactMap { $0.busy } }

    /// Notes that a connection carries a request.
    func setBusy(_ connection: EngineConnection) { slots[connection.number].busy = connection }

    /// Notes that the request of a connection has ended.
    func setIdle(_ connection: EngineConnection) { slots[connection.number].busy = nil }

    /// A number that no connection has.
    func takeNumber() -> Int {
        if let number = freeNumbers.popLast() { return number }
        slots.append(Slot())
        return slots.count - 1
    }

    /// Enters a connection under its number, until it is unregistered.
    func register(_ connection: EngineConnection) {
        slots[connection.number].connection = .passUnretained(connection)
    }

    /// Frees the number of a connection that ends.
    func unregister(_ number: Int) {
        slots[number] = Slot()
        freeNumbers.append(number)
    }
}
