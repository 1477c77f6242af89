import CCurl
import Glibc

/// One `GET /readyz`, in the way that the service is reached.
struct ReadinessProbe {
    /// Why a service is not known to be ready.
    enum Failure: Error, CustomStringConvertible {
        /// It answered, but not with 200.
        case notReady(status: Int)
        /// No answer in time.
        case timeout
        /// What libcurl says.
        case failed(String)

        var description: String {
            switch self {
            case .notReady(let status): "the answer is \(status)"
            case .timeout: "no answer in time"
            case .failed(let detail): detail
            }
        }
    }

    private let target: ServiceTarget

    /// A request to `target`.
    init(_ target: ServiceTarget) { self.target = target }

    /// Asks, and returns when the answer is 200.
    func ask(within limit: Duration) throws(Failure) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = curl_easy_init() else {
            throw .failed("libcurl does not start")
        }
        defer { curl_easy_cleanup(handle) }
        let milliseconds = Int(limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000)
        let results = [
            target.apply(to: handle, path: "/readyz", agent: "wdfilterd-healthcheck"),
            curl_easy_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds),
            // Without it libcurl writes the body to standard output.
            curl_easy_set_transfer_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count },
        ]
        try ReadinessProbe.check(results.first { $0 != CURLE_OK } ?? curl_easy_perform(handle))
        var status = 0
        try ReadinessProbe.check(curl_easy_get_long(handle, CURLINFO_RESPONSE_CODE, &status))
        guard status == 200 else { throw .notReady(status: status) }
    }

    private static func check(_ code: CURLcode) throws(Failure) {
        if code == CURLE_OPERATION_TIMEDOUT { throw .timeout }
        guard code == CURLE_OK else { throw .failed(String(cString: curl_easy_strerror(code))) }
    }
}
