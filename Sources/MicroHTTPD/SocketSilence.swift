import Glibc

/// What the kernel knows about a TCP socket, from `struct tcp_info`. The system's headers lack its later members.
struct SocketSilence {
    private static let size = 136
    private static let unackedOffset = 24
    private static let lastDataReceivedOffset = 52
    private static let bytesReceivedOffset = 128
    /// How much later than the last byte of a request its end may be noted, in nanoseconds: the kernel counts in ticks of
    /// 10 ms at most.
    private static let tolerance: Int64 = 20_000_000

    /// How many bytes have come in all.
    private let bytesReceived: UInt64
    /// How long ago the last of them came, in nanoseconds.
    private let silence: Int64
    /// Of a socket that listens: how many connections wait to be accepted.
    private let waiting: Int

    /// The state of `socket`; nil when it is not a TCP socket, or the kernel is too old.
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

    /// Whether nothing has come over `socket` since `instant` (ns of the monotonic clock), when a request ended; or, when
    /// there was none yet, whether nothing has come at all. Always true for a unix domain socket, for which the
    /// kernel does not say.
    static func hasLasted(on socket: Int32, since instant: Int64, isUnused: Bool) -> Bool {
        guard let info = SocketSilence(socket) else { return true }
        return isUnused ? info.bytesReceived == 0 : info.silence >= monotonicNow() - instant - tolerance
    }

    /// How many connections wait to be accepted at `listener`; where the kernel does not say, 1 stands for all of them.
    static func waiting(at listener: Int32) -> Int {
        var request = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, 0) == 1 else { return 0 }
        return SocketSilence(listener).map { max(1, $0.waiting) } ?? 1
    }
}
