import CMicroHTTPD
import Dispatch
import Glibc

/// Accepts the connections of a listening socket, as long as there are places for them, and hands them to the
/// library.
///
/// The library could accept by itself, but only `MHD_quiesce_daemon` ends that. Under epoll it removes the socket while
/// the library's own threads remove it as well, and whichever comes second ends the process.
final class Acceptor: Sendable {
    /// For how long connections are left to the kernel's queue when there is no place or no descriptor for them.
    private static let pause = DispatchTimeInterval.milliseconds(10)
    /// How long all places stay taken before the reserve is opened, in nanoseconds. Within that time idle connections, and
    /// those whose client has gone, give up their places.
    private static let patience: Int64 = 2_000_000_000
    /// How many idle connections are closed at a time.
    private static let roomAtOnce = 64

    private let descriptor: Int32
    private let core: DaemonCore
    private nonisolated(unsafe) let daemon: OpaquePointer  // functions on a daemon may be called from any thread
    private let queue = DispatchQueue(label: "microhttpd.acceptor")
    private nonisolated(unsafe) let source: any DispatchSourceRead  // its functions may be called from any thread
    private let isOver = DispatchSemaphore(value: 0)
    /// Since when (ns of the monotonic clock) connections have been waiting; used on `queue` only.
    private nonisolated(unsafe) var crowdedSince: Int64?

    /// Accepts connections at `descriptor`, a socket that does not block, until `stop`.
    init(_ descriptor: Int32, _ core: DaemonCore, daemon: OpaquePointer) {
        self.descriptor = descriptor
        self.core = core
        self.daemon = daemon
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [unowned self] in acceptAll() }
        source.setCancelHandler { [isOver] in isOver.signal() }
        source.activate()
    }

    /// Stops accepting; connections in the kernel's queue stay there. Must be called before the acceptor is released.
    func stop() {
        source.cancel()
        isOver.wait()
        isOver.signal()
    }

    private func acceptAll() {
        var isReserveOpen = false
        while !source.isCancelled {
            guard let place = core.places.take(.ordinary) ? .ordinary : placeInNeed(&isReserveOpen) else { return }
            let code = accept(to: place)
            if code != 0 { core.places.giveBack(place) }
            switch code {
            case 0, EINTR, ECONNABORTED: continue
            case EAGAIN:
                crowdedSince = nil
                return
            case EMFILE, ENFILE:
                core.closeIdle(Self.roomAtOnce)
                return rest()
            default: return rest()
            }
        }
    }

    /// Accepts a connection, for which `place` was taken, and hands it to the library; returns 0, or the errno.
    private func accept(to place: ConnectionPlaces.Place) -> Int32 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EFAULT }
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let socket = accept4(descriptor, address, &length, flags)
            guard socket >= 0 else { return errno }
            if place == .reserved { core.places.handOver(socket) }
            // The library has closed a socket that it does not take.
            if CMicroHTTPD_add_connection(daemon, socket, address, length) == 0 {
                core.places.giveBack(core.places.place(of: socket))
            }
            return 0
        }
    }

    /// Looks for a place when all ordinary ones are taken. Idle connections give up theirs for those that wait, a few at a
    /// time. When none is idle, the reserve is opened once no place has come free for a while, or once connections have
    /// been waiting for as long, and at once during a stop. Nil when nobody waits, and when those that wait must go on waiting.
    ///
    /// To look for idle connections takes a while where there are many, so it is done once as long as `isReserveOpen`.
    private func placeInNeed(_ isReserveOpen: inout Bool) -> ConnectionPlaces.Place? {
        let waiting = SocketSilence.waiting(at: descriptor)
        guard waiting > 0 else {
            crowdedSince = nil
            return nil
        }
        if isReserveOpen, core.places.take(.reserved) { return .reserved }
        let now = monotonicNow()
        let crowdedSince = crowdedSince ?? now
        self.crowdedSince = crowdedSince
        let isStuck =
            core.stage != .running || now - min(crowdedSince, core.places.unchangedSince) >= Self.patience
        if core.closeIdle(min(waiting, Self.roomAtOnce)) == 0, isStuck {
            isReserveOpen = true
            if core.places.take(.reserved) { return .reserved }
            core.cutLate()
        }
        rest()
        return nil
    }

    /// Looks again after a pause: the socket stays readable, so without one the source would call again at once.
    private func rest() {
        source.suspend()
        queue.asyncAfter(deadline: .now() + Self.pause) { [self] in source.resume() }
    }
}
