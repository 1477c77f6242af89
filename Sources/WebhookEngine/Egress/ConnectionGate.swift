import Curl
import Glibc

/// Checks each address that libcurl is about to connect to, after names are resolved, and opens the socket if the
/// rules allow it.
///
/// Used by `WebhookLoop` only.
final class ConnectionGate: ConnectionOpener {
    /// Maximum number of refused addresses listed in an error.
    private static let maxListed = 4

    private let rules: EgressRules
    /// The refusals since the last `reset`.
    private var refusals: [String] = []
    private var refusedCount = 0
    /// Whether a socket was opened since the last `reset`.
    private var isOpened = false
    /// The last `errno` of `socket` since the last `reset`; 0 if it did not fail.
    private var failure: Int32 = 0
    /// Whether libcurl tried to look up a name since the last `reset`.
    private(set) var wantsAddresses = false

    init(_ rules: EgressRules) { self.rules = rules }

    /// Prepares for the next request.
    func reset() {
        refusals = []
        refusedCount = 0
        isOpened = false
        failure = 0
        wantsAddresses = false
    }

    /// Explains why a request has no connection; `reason` is libcurl's own text.
    func explain(_ reason: String) -> String {
        let reason = failure == 0 ? reason : "no socket: \(ConnectionGate.text(of: failure))"
        guard refusedCount > 0 else { return reason }
        let more = refusedCount > refusals.count ? "; and \(refusedCount - refusals.count) more addresses" : ""
        let explained = "not connected: " + refusals.joined(separator: "; ") + more
        return isOpened || failure != 0 ? "\(reason); \(explained)" : explained
    }

    /// Opens a socket for `target`; nil if the rules refuse the address or the system fails.
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

    /// Always refuses, and notes that libcurl needs addresses. Names are looked up on our own threads (decision 17).
    func mayLookUp() -> Bool {
        wantsAddresses = true
        return false
    }

    /// The text for an `errno`. Errors about descriptors include their symbol, so that users can search for it.
    private static func text(of failure: Int32) -> String {
        switch failure {
        case EMFILE: "too many open files (EMFILE)"
        case ENFILE: "too many open files in the system (ENFILE)"
        default: String(cString: strerror(failure))
        }
    }

    private func refuse(_ address: String, _ reason: String) -> Int32? {
        refusedCount += 1
        if refusals.count < ConnectionGate.maxListed { refusals.append("\(address) \(reason)") }
        return nil
    }
}
