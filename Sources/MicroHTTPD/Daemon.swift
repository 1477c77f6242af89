import Bytes
import CMicroHTTPD
import Dispatch
import Glibc
import Locking
import Synchronization

/// An HTTP/1.1 server: libmicrohttpd with epoll and a pool of threads.
public final class Daemon: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer  // functions on a daemon may be called from any thread
    private nonisolated(unsafe) let options: DaemonOptions  // read by the library only, until the daemon is stopped
    private let core: DaemonCore
    private let socket: ListeningSocket
    private let acceptor: Acceptor
    private let sweeper: DeadlineSweeper
    private let life = Locked(Life())

    /// What is done once in a daemon's life.
    private struct Life {
        var isQuiesced = false
        var isFinished = false
        var isStopped = false
        /// How many requests the stop waits for, or has waited for.
        var awaited = 0
    }

    /// Starts to listen and to serve, until it is stopped or released.
    ///
    /// - Parameter log: gets each message of the library as one line of printable ASCII; from any thread.
    /// - Throws: when a setting is out of its range, the address cannot be listened on, or the library does not start.
    public init(
        _ configuration: DaemonConfiguration, handler: any RequestHandler, log: @escaping @Sendable (String) -> Void
    ) throws(DaemonError) {
        if let fault = configuration.fault { throw .badConfiguration(fault) }
        guard configuration.allowsUnsafeLibrary || Self.libraryVersion.status != .unsafe else {
            throw .unsafeLibrary(Self.libraryVersion)
        }
        let startMessages = Locked("")
        let core = DaemonCore(configuration, handler) { message in
            startMessages.withLock { if $0.utf8.count < 1024 { $0 += message + "\n" } }
            log(message)
        }
        socket = try ListeningSocket(configuration.endpoint)
        let options = DaemonOptions(configuration, core)
        let started = options.items.withUnsafeBufferPointer { items -> OpaquePointer? in
            guard let items = items.baseAddress else { return nil }
            return withVaList([MHD_OPTION.ARRAY.rawValue, items, MHD_OPTION.END.rawValue]) {
                MHD_start_daemon_va(options.flags, 0, nil, nil, Self.handleAccess, nil, $0)
            }
        }
        guard let started else {
            socket.close()
            throw .cannotStart(messages: startMessages.withLock { $0 })
        }
        handle = started
        self.options = options
        self.core = core
        sweeper = DeadlineSweeper(core)
        acceptor = Acceptor(socket.descriptor, core, daemon: started)
    }

    deinit {
        stop(within: .zero)
    }

    /// What is listened on.
    public var address: ListeningAddress { socket.address }

    /// The port that is listened on; 0 for a unix domain socket.
    public var port: UInt16 {
        if case .tcp(_, let port) = socket.address { port } else { 0 }
    }

    /// Shows `identity` in the handshakes from now on; a connection keeps the one that it began with. From any thread.
    ///
    /// A daemon that was started without TLS stays so.
    public func replaceIdentity(_ identity: TLSIdentity) {
        core.identity.withLock { $0 = identity }
    }

    /// What was counted up to now.
    public var statistics: DaemonStatistics { core.statistics }

    /// How many connection objects exist; for tests.
    var liveConnections: Int { core.liveConnections.load(ordering: .relaxed) }

    /// The version of libmicrohttpd in use.
    public static let libraryVersion = LibraryVersion(String(cString: MHD_get_version()))

    /// Answers new requests with 503; requests that have begun continue. On a socket that was passed to this process, no
    /// further connections are accepted: they are left for the process that gets the socket next.
    public func quiesce() {
        life.withLock { life in
            if life.isQuiesced { return }
            life.isQuiesced = true
            if socket.isPassed { acceptor.stop() }
            // What ends because of the new stage was under way, and so was what began before it.
            life.awaited = awaitOpenRequests()
            core.advance(to: .stopping)
            life.awaited += awaitOpenRequests()
        }
    }

    private func awaitOpenRequests() -> Int {
        core.open.count { $0.awaitOpenRequest(core) }
    }

    /// Waits up to `time` for the requests under way, and refuses those that are not done by then. New requests get 503
    /// until `stop` is called.
    ///
    /// Blocks; not to be called on a pool thread. A second call returns at once, with an empty report.
    @discardableResult
    public func finishRequests(within time: Duration) -> StopReport {
        quiesce()
        let (isFinished, awaited) = life.withLock { life in
            defer { life.isFinished = true }
            return (life.isFinished, life.awaited)
        }
        if isFinished { return StopReport(finished: 0, cut: 0) }
        for connection in core.open { connection.wake(core) }
        _ = core.awaited.wait(timeout: .now() + .nanoseconds(Int(time.nanoseconds)))

        // From here nothing suspends a connection any more: with one suspended the library aborts the process.
        core.advance(to: .closing)
        let cut = core.open.count { $0.isAwaited }
        for connection in core.open { connection.wake(core) }
        // What was refused just now is on its way to the clients.
        _ = core.awaited.wait(timeout: .now() + .milliseconds(500))
        return StopReport(finished: awaited - cut, cut: cut)
    }

    /// Stops: finishes the requests, as `finishRequests` does, and ends all connections.
    ///
    /// Blocks; not to be called on a pool thread. A second call returns at once, with an empty report.
    @discardableResult
    public func stop(within time: Duration) -> StopReport {
        let report = finishRequests(within: time)
        let isStopped = life.withLock { life in
            defer { life.isStopped = true }
            return life.isStopped
        }
        if isStopped { return report }
        acceptor.stop()
        socket.close()
        MHD_stop_daemon(handle)
        return report
    }

    /// What to tell the operator about the libmicrohttpd in use, and about how it is bound to this process.
    public static var libraryWarnings: [String] {
        [libraryVersion.warning, isEventLimitInForce ? nil : eventLimitWarning].compactMap(\.self)
    }
}
