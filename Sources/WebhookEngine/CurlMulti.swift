import CCurl
import Glibc
import Locking

/// The one thread on which libcurl does all webhook traffic of all hosts, and on which completions are called.
///
/// It ends when this is dropped or stopped.
public final class CurlMulti: Sendable {
    private let inbox: CurlInbox

    /// Starts the thread, which connects where `rules` allow it.
    ///
    /// - Throws: `WebhookEngineError.library` when libcurl or the system refuses.
    public init(_ rules: EgressRules = EgressRules()) throws(WebhookEngineError) {
        guard CurlMulti.globalResult == CURLE_OK else {
            throw .library("curl_global_init: \(String(cString: curl_easy_strerror(CurlMulti.globalResult)))")
        }
        inbox = try CurlInbox(by: rules)
        let context = Unmanaged.passRetained(inbox)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let inbox = Unmanaged<CurlInbox>.fromOpaque(context).takeRetainedValue()
                CurlMulti.blockSignals()
                CurlLoop(inbox).run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw .library("pthread_create: \(String(cString: strerror(result)))")
        }
        let detached = pthread_detach(thread)
        assert(detached == 0, "pthread_detach: \(detached)")
    }

    deinit { stop() }

    /// Ends the thread soon: what is under way or waits ends with STATUS_PORT_DISCONNECTED, and so does what is sent
    /// later. Does not wait for the thread. Stopping twice does nothing.
    public func stop() { inbox.stop() }

    /// A lane of its own to `endpoint`, with at most `connections`.
    func openLane(to endpoint: CurlEndpoint, connections: Int) -> CurlLane.ID {
        let id = inbox.makeLaneID()
        inbox.post(.open(id, endpoint, connections: connections))
        return id
    }

    /// Closes a lane: see `WebhookEngine.close`.
    func closeLane(_ id: CurlLane.ID) { inbox.post(.close(id)) }

    /// Sends `request` on the lane `id`.
    func send(_ request: TransferRequest, on id: CurlLane.ID) { inbox.post(.send(request, id)) }

    /// Once a process; libcurl asks for it before anything else.
    private static let globalResult = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Keeps signals away from this thread: they are for those that wait for them.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        let result = pthread_sigmask(SIG_BLOCK, &all, nil)
        assert(result == 0, "pthread_sigmask: \(result)")
    }
}
