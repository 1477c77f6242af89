import CMicroHTTPD
import Dispatch
import Glibc

/// Accepts connections on a listening socket while slots are free, and hands them to the library.
///
/// The library could accept connections itself, but then only `MHD_quiesce_daemon` stops it. With epoll that races with
/// the library's own threads: both remove the socket, and the second removal aborts the process.
final class Acceptor: Sendable {
    /// Delay before the next attempt when no slot or no descriptor is free.
    private static let pause = DispatchTimeInterval.milliseconds(10)
    /// How long all slots must be in use before the reserve opens, in nanoseconds. Meanwhile idle connections and those of
    /// disconnected clients free their slots.
    private static let reserveDelay: Int64 = 2_000_000_000
    /// Maximum number of idle connections closed at a time.
    private static let maxClosedAtOnce = 64

    private let descriptor: Int32
    private let core: DaemonCore
    private nonisolated(unsafe) let daemon: OpaquePointer  // functions on a daemon may be called from any thread
    private let queue = DispatchQueue(label: "microhttpd.acceptor")
    private nonisolated(unsafe) let source: any DispatchSourceRead  // its functions may be called from any thread
    private let isOver = DispatchSemaphore(value: 0)
    /// When connections began to wait (ns of the monotonic clock); used on `queue` only.
    private nonisolated(unsafe) var fullSince: Int64?

    /// Accepts connections on `descriptor`, a non-blocking socket, until `stop`.
    init(_ descriptor: Int32, _ core: DaemonCore, daemon: OpaquePointer) {
        self.descriptor = descriptor
        self.core = core
        self.daemon = daemon
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [unowned self] in acceptAll() }
        source.setCancelHandler { [isOver] in isOver.signal() }
        source.activate()
    }

    /// Stops accepting; pending connections stay in the kernel's queue. Must be called before the acceptor is released.
    func stop() {
        source.cancel()
        isOver.wait()
        isOver.signal()
    }

    private func acceptAll() {
        var isReserveOpen = false
        while !source.isCancelled {
            guard let slot = core.slots.acquire(.ordinary) ? .ordinary : acquireWhenFull(&isReserveOpen) else { return }
            let code = accept(with: slot)
            if code != 0 { core.slots.release(slot) }
            switch code {
            case 0, EINTR, ECONNABORTED: continue
            case EAGAIN:
                fullSince = nil
                return
            case EMFILE, ENFILE:
                closeIdle(for: SocketSilence.waiting(at: descriptor))
                return pauseAccepting()
            default: return pauseAccepting()
            }
        }
    }

    /// Accepts a connection, which uses `slot`, and hands it to the library; returns 0 or the errno.
    private func accept(with slot: ConnectionSlots.Slot) -> Int32 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return EFAULT }
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let socket = accept4(descriptor, address, &length, flags)
            guard socket >= 0 else { return errno }
            if slot == .reserved { core.slots.markReserved(socket) }
            // The library closes a socket that it rejects.
            if CMicroHTTPD_add_connection(daemon, socket, address, length) == 0 {
                core.slots.release(core.slots.claimSlot(of: socket))
            }
            return 0
        }
    }

    /// Acquires a slot for the next connection when all ordinary ones are in use: first by closing idle connections, then
    /// from the reserve. The reserve opens after `reserveDelay` without a free slot or with connections waiting; during a
    /// stop it opens at once. Returns nil if no connection is waiting, or none can be accepted yet.
    ///
    /// The search for idle connections is slow if there are many, and is not repeated while `isReserveOpen`.
    private func acquireWhenFull(_ isReserveOpen: inout Bool) -> ConnectionSlots.Slot? {
        let waiting = SocketSilence.waiting(at: descriptor)
        guard waiting > 0 else {
            fullSince = nil
            return nil
        }
        if isReserveOpen, core.slots.acquire(.reserved) { return .reserved }
        let now = monotonicNow()
        let fullSince = fullSince ?? now
        self.fullSince = fullSince
        let isStuck =
            core.stage != .running || now - min(fullSince, core.slots.lastChange) >= Self.reserveDelay
        if closeIdle(for: waiting) == 0, isStuck {
            isReserveOpen = true
            if core.slots.acquire(.reserved) { return .reserved }
            core.cutLate()
        }
        pauseAccepting()
        return nil
    }

    /// Closes idle connections for `waiting` pending ones, a few at a time; returns how many are closing.
    @discardableResult
    private func closeIdle(for waiting: Int) -> Int { core.closeIdle(min(waiting, Self.maxClosedAtOnce)) }

    /// Pauses the source: the socket stays readable, so the source would fire again at once.
    private func pauseAccepting() {
        source.suspend()
        queue.asyncAfter(deadline: .now() + Self.pause) { [self] in source.resume() }
    }
}
