import Glibc
import MicroHTTPD

extension DaemonError {
    /// What to tell the user.
    var text: String {
        switch self {
        case .badConfiguration(let fault): fault
        case .badAddress(let address): "\(address) is not a numeric address"
        case .cannotListen(_, let code): String(cString: strerror(code))
        case .cannotStart(let messages): "libmicrohttpd does not start: \(messages)"
        }
    }
}
