import CCurl
import Glibc
import Settings

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

    private let url: String
    private let socketPath: String?
    private let caFile: String?
    private let checksCertificate: Bool

    /// Nil unless `target` is `http://ADDRESS:PORT` or `https://ADDRESS:PORT`, with or without a slash behind it, or
    /// `unix:PATH`.
    ///
    /// - Parameters:
    ///   - caFile: the certificates that a service's is checked against; nil for the system's.
    ///   - checksCertificate: whether it is checked at all.
    init?(_ target: String, caFile: String? = nil, checksCertificate: Bool = true) {
        let schemes = ["http://", "https://"]
        if let scheme = schemes.first(where: target.hasPrefix) {
            var rest = target.dropFirst(scheme.count)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
            guard let address = ListenAddress(String(rest)), address.port != 0 else { return nil }
            url = "\(scheme)\(address)/readyz"
            socketPath = nil
        } else {
            guard case .unix(let path) = ListenTarget(target) else { return nil }
            url = "http://localhost/readyz"
            socketPath = path
        }
        self.caFile = caFile
        self.checksCertificate = checksCertificate
    }

    /// Asks, and returns when the answer is 200.
    func ask(within limit: Duration) throws(Failure) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = curl_easy_init() else {
            throw .failed("libcurl does not start")
        }
        defer { curl_easy_cleanup(handle) }
        let milliseconds = Int(limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000)
        var results = [
            curl_easy_set_string(handle, CURLOPT_URL, url),
            curl_easy_set_string(handle, CURLOPT_PROXY, ""),
            curl_easy_set_string(handle, CURLOPT_USERAGENT, "wdfilterd-healthcheck/" + Version.current),
            curl_easy_set_long(handle, CURLOPT_NOSIGNAL, 1),
            curl_easy_set_long(handle, CURLOPT_TIMEOUT_MS, milliseconds),
            curl_easy_set_long(handle, CURLOPT_SSL_VERIFYPEER, checksCertificate ? 1 : 0),
            curl_easy_set_long(handle, CURLOPT_SSL_VERIFYHOST, checksCertificate ? 2 : 0),
            // Without it libcurl writes the body to standard output.
            curl_easy_set_transfer_callback(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count },
        ]
        if let socketPath { results.append(curl_easy_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, socketPath)) }
        if let caFile { results.append(curl_easy_set_string(handle, CURLOPT_CAINFO, caFile)) }
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
