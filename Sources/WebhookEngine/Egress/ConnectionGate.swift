import Curl
import Glibc

/// Looks at each address that libcurl is about to connect to, after names are resolved, and opens the socket or not.
///
/// Only the thread of the `CurlMulti` touches it.
final class ConnectionGate: ConnectionOpener {
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
        let explained = "not connected, for " + refusals.joined(separator: "; ") + more
        return isOpened || failure != 0 ? "\(reason); \(explained)" : explained
    }

    /// A socket for `target`; nil when the rules refuse it or the system does.
    func openSocket(for target: ConnectionTarget) -> Int32? {
        let address = target.address.baseAddress.flatMap {
            IPAddress(socketAddress: $0, length: target.address.count)
        }
        guard let address else { return refuse("an address that is neither IPv4 nor IPv6", "is refused") }
        if let reason = rules.refusal(of: address) { return refuse(address.description, reason) }
        let descriptor = socket(target.family, target.type | Int32(SOCK_CLOEXEC.rawValue), target.protocolNumber)
        guard descriptor >= 0 else {
            failure = errno
            return nil
        }
        isOpened = true
        return descriptor
    }

    /// Refuses, and notes that libcurl has no addresses of the name. Names are looked up on threads of ours (decision 17).
    func mayLookUp() -> Bool {
        wantsAddresses = true
        return false
    }

    /// The text for the system's error number. Errors about descriptors include their name, to search for.
    private static func text(of failure: Int32) -> String {
        switch failure {
        case EMFILE: "too many open files (EMFILE)"
        case ENFILE: "too many open files in the system (ENFILE)"
        default: String(cString: strerror(failure))
        }
    }

    private func refuse(_ address: String, _ reason: String) -> Int32? {
        refusedCount += 1
        if refusals.count < ConnectionGate.mostTold { refusals.append("\(address) \(reason)") }
        return nil
    }
}
