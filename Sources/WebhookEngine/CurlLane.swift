/// The way to one endpoint for one sort of message: a few connections, and a queue for what comes on top.
///
/// Only the thread of the `CurlMulti` touches it.
final class CurlLane {
    /// Names a lane to other threads.
    struct ID: Hashable, Sendable {
        let number: UInt64
    }

    /// Most requests that wait in a lane.
    static let capacity = 1024

    var queue: LaneQueue<TransferRequest>
    private let endpoint: CurlEndpoint
    private let rules: EgressRules
    private var share: ConnectionShare?
    private var idle: [EasyHandle] = []
    private var lastUse = Monotonic.now()

    init(to endpoint: CurlEndpoint, by rules: EgressRules, connections: Int) {
        self.endpoint = endpoint
        self.rules = rules
        queue = LaneQueue(limit: connections, capacity: CurlLane.capacity)
    }

    /// A handle for one request: one that is idle, or a new one.
    func takeHandle() throws(CurlFailure) -> EasyHandle {
        if let handle = idle.popLast() { return handle }
        return try EasyHandle(to: endpoint, by: rules, over: openShare())
    }

    private func openShare() throws(CurlFailure) -> ConnectionShare {
        if let share { return share }
        let share = try ConnectionShare()
        self.share = share
        return share
    }

    /// Keeps a handle for the next request.
    func giveBack(_ handle: EasyHandle) {
        idle.append(handle)
        lastUse = .now()
    }

    /// Closes the connections when none has been used for `limit`.
    func closeIdle(at now: Monotonic, limit: Duration) {
        guard queue.isIdle, share != nil, now - lastUse >= limit else { return }
        idle = []
        share = nil
    }
}
