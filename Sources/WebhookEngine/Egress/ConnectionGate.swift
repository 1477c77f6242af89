import CCurl
import Glibc

/// Looks at each address that libcurl is about to connect to, after names are resolved, and opens the socket or not.
///
/// Only the thread of the `CurlMulti` touches it. libcurl finds it by pointer: its easy handle keeps it.
final class ConnectionGate {
    /// Most refused addresses of one request that are named in its failure.
    private static let mostTold = 4

    private let rules: EgressRules
    /// What was refused since the last `reset`.
    private var refusals: [String] = []
    private var refusedCount = 0
    /// Whether a socket was opened since the last `reset`.
    private var isOpened = false
    /// Why the system opened no socket since the last `reset`.
    private var failure: Int32 = 0
    /// Whether libcurl wanted to look a name up since the last `reset`.
    private(set) var wantsAddresses = false

    init(_ rules: EgressRules) { self.rules = rules }

    /// Begins a request.
    func reset() {
        refusals = []
        refusedCount = 0
        isOpened = false
        failure = 0
        wantsAddresses = false
    }

    /// Why a request made no connection, where libcurl's own text is `reason`.
    func explain(_ reason: String) -> String {
        let reason = failure == 0 ? reason : "no socket: \(ConnectionGate.text(of: failure))"
        guard refusedCount > 0 else { return reason }
        let more = refusedCount > refusals.count ? "; and \(refusedCount - refusals.count) more addresses" : ""
        let told = "not connected, for " + refusals.joined(separator: "; ") + more
        return isOpened || failure != 0 ? "\(reason); \(told)" : told
    }

    /// A socket for `address`; CURL_SOCKET_BAD when the rules refuse it or the system does.
    fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        guard let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return CURL_SOCKET_BAD }
        let header = address.pointee
        // The structure's last member is the first part of an address that may be longer than it.
        let target = IPAddress(socketAddress: UnsafeRawPointer(address) + start, length: Int(header.addrlen))
        guard let target else { return refuse("an address that is neither IPv4 nor IPv6", "is refused") }
        if let reason = rules.refusal(of: target) { return refuse(target.description, reason) }
        let descriptor = socket(header.family, header.socktype | Int32(SOCK_CLOEXEC.rawValue), header.`protocol`)
        if descriptor >= 0 { isOpened = true } else { failure = errno }
        return descriptor
    }

    /// The text for the system's error number. Errors about descriptors include their name, to search for.
    private static func text(of failure: Int32) -> String {
        switch failure {
        case EMFILE: "too many open files (EMFILE)"
        case ENFILE: "too many open files in the system (ENFILE)"
        default: String(cString: strerror(failure))
        }
    }

    private func refuse(_ address: String, _ reason: String) -> curl_socket_t {
        refusedCount += 1
        if refusals.count < ConnectionGate.mostTold { refusals.append("\(address) \(reason)") }
        return CURL_SOCKET_BAD
    }

    /// libcurl's CURLOPT_RESOLVER_START_FUNCTION: it is called when libcurl has no addresses of a name, and refuses. Names
    /// are looked up on threads of ours (decision 17). Its context is a `ConnectionGate`.
    static let refuseToResolve: curl_resolver_start_callback = { _, _, context in
        if let context { Unmanaged<ConnectionGate>.fromOpaque(context).takeUnretainedValue().wantsAddresses = true }
        return 1
    }

    /// libcurl's CURLOPT_OPENSOCKETFUNCTION; its context is a `ConnectionGate`.
    static let openSocket: curl_opensocket_callback = { context, _, address in
        guard let context, let address else { return CURL_SOCKET_BAD }
        return Unmanaged<ConnectionGate>.fromOpaque(context).takeUnretainedValue().open(address)
    }
}
