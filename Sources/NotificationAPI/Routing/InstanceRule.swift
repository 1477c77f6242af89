import Bytes
import MicroHTTPD

/// Refuses requests that name another instance (FLT-3).
///
/// A proxy that has lost an instance may send a request that names it to any other, whose answer would pass for its answer.
struct InstanceRule: Sendable {
    private let name: String

    init(name: String) { self.name = name }

    /// Checks the instance that a request names, if it names one.
    ///
    /// - Throws: 421 if it names another one.
    func check(_ head: RequestHead) throws(Problem) {
        if head.headers.allSatisfy(About.instanceHeader, { $0.equalsIgnoringCase(name.utf8.span) }) { return }
        let named = head.headers[About.instanceHeader] ?? ""
        throw Problem(
            .oneInstance,
            "The request names the instance \(named.quoted(limit: 255)), which was not reached; this one is \(name). Nothing was done."
        )
    }
}
