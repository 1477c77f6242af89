import Glibc

/// How a client has ended its side of a connection.
enum ClientEnd {
    /// It sends no more, but may read.
    case closed
    /// Nothing can be sent to it either.
    case reset

    /// POLLRDHUP, which the system's headers have for GNU sources only.
    private static let readHangUp: Int16 = 0x2000

    /// Of the client at `socket`, as the kernel knows it: whatever the client sent before that is still unread, and
    /// whether it is encrypted, does not matter. Nil when it has not ended it.
    init?(_ socket: Int32) {
        var request = pollfd(fd: socket, events: Self.readHangUp, revents: 0)
        guard poll(&request, 1, 0) == 1 else { return nil }
        let events = Int32(request.revents)
        guard events & POLLNVAL == 0 else { return nil }
        self = events & (POLLERR | POLLHUP) == 0 ? .closed : .reset
    }

    /// Whether all that came over `socket` was read.
    static func hasReadAll(of socket: Int32) -> Bool {
        var unread: Int32 = 0
        return ioctl(socket, UInt(FIONREAD), &unread) == 0 && unread == 0
    }
}
