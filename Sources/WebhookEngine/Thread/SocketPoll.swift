import CEpoll
import Curl
import Glibc

/// The sockets of one thread, and a bell by which other threads wake it: an epoll and an eventfd.
final class SocketPoll: Sendable {
    /// A socket that is ready.
    struct Event {
        /// The number that `add` was given.
        let number: Int
        /// Whether something can be read, which includes the end of the connection and its failure.
        let isReadable: Bool
        /// Whether something can be written.
        let isWritable: Bool
    }

    /// Ready sockets that one call returns at most.
    private static let mostEvents = 128
    private static let bell = UInt64.max

    /// The epoll itself: readable if a socket is ready or the bell was rung.
    let descriptor: Int32
    private let bellDescriptor: Int32

    /// An empty set.
    ///
    /// - Throws: `WebhookEngineError.library` if the system has no descriptors left.
    init() throws(WebhookEngineError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .library("epoll_create1: \(String(cString: strerror(errno)))") }
        bellDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bellDescriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .library("eventfd: \(reason)")
        }
        let failure = control(EPOLL_CTL_ADD, bellDescriptor, EPOLLIN.rawValue, SocketPoll.bell)
        guard failure == 0 else { throw .library("epoll_ctl: \(String(cString: strerror(failure)))") }
    }

    deinit {
        close(bellDescriptor)
        close(descriptor)
    }

    /// Adds a socket; closing it removes it. Events carry `number`.
    ///
    /// - Throws: `CurlFailure` if the kernel watches no more sockets for this user.
    func add(_ socket: Int32, number: Int) throws(CurlFailure) {
        let failure = control(EPOLL_CTL_ADD, socket, EPOLLIN.rawValue, UInt64(number))
        if failure != 0 { throw CurlFailure("no socket: \(String(cString: strerror(failure)))") }
    }

    /// Sets whether the socket that was added with `number` is also watched until it can be written.
    func watch(_ socket: Int32, number: Int, forWriting: Bool) {
        let events = forWriting ? EPOLLIN.rawValue | EPOLLOUT.rawValue : EPOLLIN.rawValue
        let failure = control(EPOLL_CTL_MOD, socket, events, UInt64(number))
        precondition(failure == 0, "epoll_ctl: \(failure)")
    }

    /// Waits for at most `milliseconds` until sockets are ready or the bell rings, and stores the sockets in `events`.
    func wait(milliseconds: Int, into events: inout [Event]) {
        events.removeAll(keepingCapacity: true)
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: SocketPoll.mostEvents) { buffer in
            let count = epoll_pwait(
                descriptor, buffer.baseAddress, Int32(buffer.count), Int32(clamping: milliseconds), nil)
            precondition(count >= 0 || errno == EINTR, "epoll_pwait: \(errno)")
            for event in buffer.prefix(max(0, Int(count))) {
                if event.data.u64 == SocketPoll.bell {
                    var rings: UInt64 = 0
                    _ = read(bellDescriptor, &rings, MemoryLayout.size(ofValue: rings))
                    continue
                }
                events.append(
                    Event(
                        number: Int(event.data.u64), isReadable: event.events & ~EPOLLOUT.rawValue != 0,
                        isWritable: event.events & EPOLLOUT.rawValue != 0))
            }
        }
    }

    /// Ends the current or next `wait`. Called on any thread.
    func ring() {
        var one: UInt64 = 1
        let count = write(bellDescriptor, &one, MemoryLayout.size(ofValue: one))
        // EAGAIN would mean that it was rung 2^64 times.
        precondition(count == MemoryLayout.size(ofValue: one), "eventfd: \(errno)")
    }

    /// Returns 0, or the `errno` of the failure.
    private func control(_ operation: Int32, _ socket: Int32, _ events: UInt32, _ data: UInt64) -> Int32 {
        var event = epoll_event(events: events, data: epoll_data(u64: data))
        return epoll_ctl(descriptor, operation, socket, &event) == 0 ? 0 : errno
    }
}
