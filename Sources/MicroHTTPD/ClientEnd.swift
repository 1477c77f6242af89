import Glibc

/// How a client has closed its side of a connection.
enum ClientEnd {
    /// It has stopped sending but may still read.
    case closed
    /// It can neither send nor read.
    case reset

    /// POLLRDHUP, which the system's headers define with _GNU_SOURCE only.
    private static let readHangUp: Int16 = 0x2000

    /// Asks the kernel about the client of `socket`; works with unread data and with TLS. Nil if its side is still open.
    init?(_ socket: Int32) {
        var request = pollfd(fd: socket, events: Self.readHangUp, revents: 0)
        guard poll(&request, 1, 0) == 1 else { return nil }
        let events = Int32(request.revents)
        guard events & POLLNVAL == 0 else { return nil }
        self = events & (POLLERR | POLLHUP) == 0 ? .closed : .reset
    }

    /// Whether all bytes received on `socket` have been read.
    static func hasReadAll(of socket: Int32) -> Bool {
        var unread: Int32 = 0
        return ioctl(socket, UInt(FIONREAD), &unread) == 0 && unread == 0
    }
}
