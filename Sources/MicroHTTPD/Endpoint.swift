/// The address that a daemon listens on.
public enum Endpoint: Hashable, Sendable {
    /// A TCP port; 0 means any free one. The host is a numeric IPv4 or IPv6 address, or `localhost`, which means 127.0.0.1.
    case tcp(host: String = "127.0.0.1", port: UInt16 = 0)
    /// A unix domain socket at `path` with the permission bits `mode` (0...0o777); write permission allows connecting.
    ///
    /// A socket that nobody listens on is replaced; anything else at the path is an error and stays untouched.
    case unix(path: String, mode: UInt32 = 0o600)
    /// A listening socket that was passed to this process. It is closed when the daemon stops.
    case passed(descriptor: Int32)
}
