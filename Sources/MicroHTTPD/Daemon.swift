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

    /// The steps of a stop, each done once.
    private struct Life {
        var isQuiesced = false
        var isFinished = false
        var isStopped = false
        /// Number of requests that the stop waits for or has waited for.
        var awaited = 0
    }

    /// Starts listening and serving, until the daemon is stopped or released.
    ///
    /// - Parameter log: Receives each message of the library as one line of printable ASCII; called on any thread.
    /// - Throws: If a setting is out of range, the address cannot be listened on, or the library does not start.
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

    /// The address that the daemon listens on.
    public var address: ListeningAddress { socket.address }

    /// The port that the daemon listens on; 0 for a unix domain socket.
    public var port: UInt16 {
        if case .tcp(_, let port) = socket.address { port } else { 0 }
    }

    /// Uses `identity` for future handshakes; existing connections keep theirs. From any thread.
    ///
    /// Has no effect on a daemon that was started without TLS.
    public func replaceIdentity(_ identity: TLSIdentity) {
        core.identity.withLock { $0 = identity }
    }

    /// The current counts.
    public var statistics: DaemonStatistics { core.statistics }

    /// Number of existing connection objects; for tests.
    var liveConnections: Int { core.liveConnections.load(ordering: .relaxed) }

    /// The version of libmicrohttpd in use.
    public static let libraryVersion = LibraryVersion(String(cString: MHD_get_version()))

    /// Answers new requests with 503; requests in flight continue. A socket that was passed to this process accepts no more
    /// connections: they are left to the next process that gets the socket.
    public func quiesce() {
        life.withLock { life in
            if life.isQuiesced { return }
            life.isQuiesced = true
            if socket.isPassed { acceptor.stop() }
            // Count before and after: the new stage ends some requests, and others may have begun just before it.
            life.awaited = awaitOpenRequests()
            core.advance(to: .stopping)
            life.awaited += awaitOpenRequests()
        }
    }

    private func awaitOpenRequests() -> Int {
        core.open.count { $0.awaitOpenRequest(core) }
    }

    /// Waits up to `time` for the requests in flight, then refuses the remaining ones. New requests get 503 until `stop` is
    /// called.
    ///
    /// Blocks; must not be called on a pool thread. A second call returns at once, with an empty report.
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

        // From here on no connection is suspended: the library aborts the process if one is when it stops.
        core.advance(to: .closing)
        let cut = core.open.count { $0.isAwaited }
        for connection in core.open { connection.wake(core) }
        // Give the refusals time to be sent.
        _ = core.awaited.wait(timeout: .now() + .milliseconds(500))
        return StopReport(finished: awaited - cut, cut: cut)
    }

    /// Stops the daemon: calls `finishRequests`, then closes all connections.
    ///
    /// Blocks; must not be called on a pool thread. A second call returns at once, with an empty report.
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

    /// Warnings for the operator about the libmicrohttpd in use and its linkage.
    public static var libraryWarnings: [String] {
        [libraryVersion.warning, isEventLimitInForce ? nil : eventLimitWarning].compactMap(\.self)
    }
}
