/// Where a daemon listens.
public enum Endpoint: Hashable, Sendable {
    /// A TCP port; 0 takes a free one. The host is an IPv4 or IPv6 address in numbers, or `localhost`, which is 127.0.0.1.
    case tcp(host: String = "127.0.0.1", port: UInt16 = 0)
    /// A unix domain socket at `path`, with the permission bits `mode` (0...0o777): who may write to it may connect.
    ///
    /// A socket that nobody listens on any more is replaced; anything else at the path is left alone, and is a fault.
    case unix(path: String, mode: UInt32 = 0o600)
    /// A socket that listens already and was passed to this process. It is closed when the daemon stops.
    case passed(descriptor: Int32)
}
