/// The socket that the service listens on.
public enum ListenTarget: Hashable, Sendable {
    /// A numeric address and a port.
    case tcp(ListenAddress)
    /// A unix domain socket at a path.
    case unix(path: String)
    /// The one socket that systemd passes when it starts the service.
    case systemd

    /// Reads `HOST:PORT`, `unix:PATH` or `systemd`. A path has 1 to 107 bytes.
    public init?(_ text: String) {
        if text == "systemd" {
            self = .systemd
        } else if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard 1...107 ~= path.utf8.count, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
        } else {
            guard let address = ListenAddress(text) else { return nil }
            self = .tcp(address)
        }
    }

    /// Whether other machines may be able to connect, as far as this value shows; the socket from systemd is not known
    /// yet.
    public var isBeyondLoopback: Bool {
        switch self {
        case .tcp(let address): !address.isLoopback
        case .unix, .systemd: false
        }
    }
}

extension ListenTarget: CustomStringConvertible {
    /// The target as it is read.
    public var description: String {
        switch self {
        case .tcp(let address): address.description
        case .unix(let path): "unix:" + path
        case .systemd: "systemd"
        }
    }
}
