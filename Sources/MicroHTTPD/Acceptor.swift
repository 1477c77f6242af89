import CMicroHTTPD
import Dispatch
import Glibc
import Synchronization

/// Accepts the connections of a listening socket, as long as there are places for them, and hands them to the
/// library.
///
/// It can do that itself, but is told to end it by `MHD_quiesce_daemon`, which under epoll removes the socket while
/// the library's own threads remove it as well; whoever comes second ends the process.
final class Acceptor: Sendable {
    /// For how long connections are left to the kernel's queue when there is no place or no descriptor for them.
    private static let pause = DispatchTimeInterval.milliseconds(10)

    private let descriptor: Int32
    private let places: ConnectionPlaces
    /// Has up to that many connections closed that nothing is done with.
    private let makeRoom: @Sendable (Int) -> Void
    private nonisolated(unsafe) let daemon: OpaquePointer  // functions on a daemon may be called from any thread
    private let queue = DispatchQueue(label: "microhttpd.acceptor")
    private nonisolated(unsafe) let source: any DispatchSourceRead  // its functions may be called from any thread
    private let isOver = DispatchSemaphore(value: 0)

    /// Accepts what comes at `descriptor`, which does not block, until `stop`.
    init(
        _ descriptor: Int32, _ places: ConnectionPlaces, daemon: OpaquePointer,
        makeRoom: @escaping @Sendable (Int) -> Void
    ) {
        self.descriptor = descriptor
        self.makeRoom = makeRoom
        self.places = places
        self.daemon = daemon
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [unowned self] in acceptAll() }
        source.setCancelHandler { [isOver] in isOver.signal() }
        source.activate()
    }

    /// Accepts nothing any more; what waits in the kernel's queue stays there. To be called once, before it is let go of.
    func stop() {
        source.cancel()
        isOver.wait()
    }

    private func acceptAll() {
        while !source.isCancelled {
            guard places.isFree else { return waitForRoom() }
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let code = withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
                guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EFAULT }
                let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
                let socket = accept4(descriptor, address, &length, flags)
                guard socket >= 0 else { return errno }
                places.take()
                // What it does not take it has closed.
                if CMicroHTTPD_add_connection(daemon, socket, address, length) == 0 { places.giveBack() }
                return 0
            }
            switch code {
            case 0, EINTR, ECONNABORTED: continue
            case EAGAIN: return
            case EMFILE, ENFILE: return waitForRoom()
            default: return rest()
            }
        }
    }

    /// Closes idle connections in favour of those that wait, a few at a time: they are not gone at once.
    private func waitForRoom() {
        let waiting = SocketSilence.waiting(at: descriptor)
        guard waiting > 0 else { return }
        makeRoom(min(waiting, 64))
        rest()
    }

    /// Looks again after a pause; the socket, which stays readable, would call at once.
    private func rest() {
        source.suspend()
        queue.asyncAfter(deadline: .now() + Self.pause) { [self] in source.resume() }
    }
}

/// The places for connections.
final class ConnectionPlaces: Sendable {
    private let count: Int
    private let taken = Atomic(0)

    init(_ count: Int) { self.count = count }

    /// Whether there is one; who alone takes any can rely on it.
    var isFree: Bool { taken.load(ordering: .relaxed) < count }

    func take() { taken.add(1, ordering: .relaxed) }

    func giveBack() { taken.subtract(1, ordering: .relaxed) }
}
