import Glibc
import MicroHTTPD
import Settings

extension DaemonError {
    /// The message for the user.
    var text: String {
        switch self {
        case .badConfiguration(let fault): fault
        case .badAddress(let address): "\(address) is neither a numeric address nor a valid socket path"
        case .cannotListen(_, let code): String(cString: strerror(code))
        case .unsafeLibrary(let version): version.warning ?? "libmicrohttpd \(version)"
        case .cannotStart(let messages): "libmicrohttpd failed to start: \(messages)"
        }
    }
}

extension ListeningAddress {
    /// The address for messages: `http://127.0.0.1:8080`, `https://[::1]:8443`, `unix:/run/wdfilterd.sock`.
    func text(hasTLS: Bool) -> String {
        switch self {
        case .tcp(let host, let port):
            (hasTLS ? "https://" : "http://") + ListenAddress(host: host, port: port).description
        case .unix(let path): "unix:" + path
        }
    }

    /// Whether other machines may be able to connect.
    var isBeyondLoopback: Bool {
        switch self {
        case .tcp(let host, let port): !ListenAddress(host: host, port: port).isLoopback
        case .unix: false
        }
    }
}
