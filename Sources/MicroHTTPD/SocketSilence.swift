import Glibc

/// How long a TCP socket has been silent, from the kernel's `struct tcp_info`. The system's headers lack its later
/// members, hence the offsets.
struct SocketSilence {
    private static let size = 136
    private static let unackedOffset = 24
    private static let lastDataReceivedOffset = 52
    private static let bytesReceivedOffset = 128
    /// Tolerance between the last byte of a request and its recorded end, in nanoseconds. A tick of the kernel is at most
    /// 10 ms.
    private static let tolerance: Int64 = 20_000_000

    /// Total number of bytes received.
    private let bytesReceived: UInt64
    /// Time since the last byte was received, in nanoseconds.
    private let silence: Int64
    /// For a listening socket: the number of connections that wait to be accepted.
    private let waiting: Int

    /// Reads the state of `socket`; nil if it is not a TCP socket, or the kernel is too old.
    private init?(_ socket: Int32) {
        var size = socklen_t(Self.size)
        let members: (UInt64, UInt32, UInt32)? = withUnsafeTemporaryAllocation(byteCount: Self.size, alignment: 8) {
            guard let info = $0.baseAddress, getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, info, &size) == 0,
                size >= Self.size
            else { return nil }
            return (
                info.load(fromByteOffset: Self.bytesReceivedOffset, as: UInt64.self),
                info.load(fromByteOffset: Self.lastDataReceivedOffset, as: UInt32.self),
                info.load(fromByteOffset: Self.unackedOffset, as: UInt32.self)
            )
        }
        guard let members else { return nil }
        bytesReceived = members.0
        silence = Int64(members.1) * 1_000_000
        waiting = Int(members.2)
    }

    /// Whether nothing was received on `socket` since `instant` (ns of the monotonic clock), the end of a request; for an
    /// unused connection, whether nothing was received at all. Always true for a unix domain socket, for which the kernel
    /// has no such information.
    static func hasLasted(on socket: Int32, since instant: Int64, isUnused: Bool) -> Bool {
        guard let info = SocketSilence(socket) else { return true }
        return isUnused ? info.bytesReceived == 0 : info.silence >= monotonicNow() - instant - tolerance
    }

    /// The number of connections that wait to be accepted at `listener`; 1 if there are some and the kernel does not report
    /// the number.
    static func waiting(at listener: Int32) -> Int {
        var request = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, 0) == 1 else { return 0 }
        return SocketSilence(listener).map { max(1, $0.waiting) } ?? 1
    }
}
