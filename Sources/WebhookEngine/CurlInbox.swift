import CCurl
import Locking

/// What other threads ask of a `CurlLoop`, what it may do, and the multi handle, which they need to wake it.
final class CurlInbox: Sendable {
    /// Something to do, in the order it was asked for.
    enum Command: Sendable {
        case open(CurlLane.ID, CurlEndpoint, connections: Int)
        case send(TransferRequest, CurlLane.ID)
        case close(CurlLane.ID)
    }

    private struct State {
        var commands: [Command] = []
        var isStopped = false
        var lastLane: UInt64 = 0
    }

    nonisolated(unsafe) let multi: UnsafeMutableRawPointer  // other threads only call curl_multi_wakeup, which they may
    /// Where it may connect to.
    let rules: EgressRules
    private let state = Locked(State())

    init(by rules: EgressRules) throws(WebhookEngineError) {
        self.rules = rules
        guard let multi = curl_multi_init() else { throw .library("curl_multi_init failed") }
        self.multi = multi
        // Of one lane: connections are cached in its share. libcurl's own limit falls with the number of requests.
        let result = curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 64)
        guard result == CURLM_OK else {
            throw .library("curl_multi_setopt: \(String(cString: curl_multi_strerror(result)))")
        }
    }

    deinit {
        let result = curl_multi_cleanup(multi)
        assert(result == CURLM_OK, "curl_multi_cleanup: \(result.rawValue)")
    }

    /// A name for a lane that no other has.
    func makeLaneID() -> CurlLane.ID {
        state.withLock { state in
            state.lastLane += 1
            return CurlLane.ID(number: state.lastLane)
        }
    }

    /// Hands a command over; after the stop, sends end here.
    func post(_ command: Command) {
        let (accepted, mustWake) = state.withLock { state in
            guard !state.isStopped else { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        if mustWake { wake() }
        if !accepted, case .send(let request, _) = command {
            request.completion(.disconnected(CurlInbox.stopped))
        }
    }

    /// Makes the loop end after what has been posted so far.
    func stop() {
        let first = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        if first { wake() }
    }

    /// Takes what has been posted; `isLast` when nothing will follow.
    func take() -> (commands: [Command], isLast: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.isStopped)
        }
    }

    /// Why a send fails after the stop.
    static let stopped = "the service stops"

    private func wake() {
        let result = curl_multi_wakeup(multi)
        // Without the wake-up the loop would sleep on; there is no way to go on that keeps timeouts.
        precondition(result == CURLM_OK, "curl_multi_wakeup: \(result.rawValue)")
    }
}
