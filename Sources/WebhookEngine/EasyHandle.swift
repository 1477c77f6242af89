import CCurl

/// A libcurl easy handle that posts to one endpoint, one request after the other.
final class EasyHandle {
    /// How long making a connection may take when the request's own time is longer, in milliseconds.
    static let connectTimeout = 3000
    /// How long a connection may lie idle and still be used, in seconds: under the keep-alive of most servers.
    static let idleLimit = 30

    let pointer: UnsafeMutableRawPointer
    private let share: ConnectionShare
    /// The name whose addresses libcurl needs; empty when the URL has an address itself, or localhost.
    let name: String
    private let port: String
    /// The certificates that it trusts; nil for the system's.
    let trusted: CertificateFile.Content?
    private let gate: ConnectionGate
    /// Whether CURLOPT_VERBOSE is set.
    private var isCounting = false
    /// The current transfer; the caller of `prepare` keeps it alive.
    private var transferContext: Unmanaged<Transfer>?
    private let errorBuffer: UnsafeMutablePointer<CChar>

    /// Addresses of `name`, which libcurl reads when a transfer begins.
    private var addresses: HeaderList?

    init(
        to endpoint: Endpoint, trusting trusted: CertificateFile.Content?, by rules: EgressRules,
        over share: ConnectionShare
    ) throws(CurlFailure) {
        guard let pointer = curl_easy_init() else { throw CurlFailure("curl_easy_init failed") }
        self.pointer = pointer
        self.share = share
        self.trusted = trusted
        let destination = URLRules.destination(endpoint.url)
        name = destination.isName ? destination.host : ""
        port = destination.port
        gate = ConnectionGate(rules)
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try set(CURLOPT_SHARE, share.pointer)
        try set(CURLOPT_ERRORBUFFER, errorBuffer)
        try setDestination(endpoint)
        try setGate()
        try setProtocol()
        try setCallbacks()
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorBuffer.deallocate()
    }

    /// Makes `transfer` the next request; its time is over `milliseconds` from now.
    func prepare(_ transfer: Transfer, milliseconds: Int) throws(CurlFailure) {
        errorBuffer[0] = 0
        gate.reset()
        if isCounting { try set(CURLOPT_VERBOSE, 0) }
        isCounting = false
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        try set(CURLOPT_READDATA, context)
        try set(CURLOPT_WRITEDATA, context)
        try set(CURLOPT_HEADERDATA, context)
        transferContext = Unmanaged.passUnretained(transfer)
        try set(CURLOPT_HTTPHEADER, transfer.headers.pointer)
        try set(CURLOPT_TIMEOUT_MS, milliseconds)
        try CurlFailure.check(
            curl_easy_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(transfer.request.body.count)),
            "CURLOPT_POSTFIELDSIZE_LARGE")
    }

    /// Whether a transfer that ended with `code` ended for want of the addresses of `name`, with nothing sent.
    func needsAddresses(_ code: CURLcode) -> Bool { code == CURLE_COULDNT_RESOLVE_HOST && gate.wantsAddresses }

    /// How long addresses of `name` are used, in seconds.
    func setAddressLifetime(_ seconds: Int) throws(CurlFailure) { try set(CURLOPT_DNS_CACHE_TIMEOUT, seconds) }

    /// Hands over addresses of `name`, for their lifetime: libcurl never looks a name up itself.
    func setAddresses(_ found: [IPAddress]) throws(CurlFailure) {
        let texts = found.map { $0.family == .ipv6 ? "[\($0)]" : $0.description }
        let list = try HeaderList(["+\(name):\(port):" + texts.joined(separator: ",")])
        try set(CURLOPT_RESOLVE, list.pointer)
        addresses = list
    }

    /// Forgets the transfer, which the caller may then release.
    func forgetTransfer() { transferContext = nil }

    /// The status of the last answer, 0 without one.
    var status: Int {
        var status = 0
        return curl_easy_get_long(pointer, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0
    }

    /// The Content-Type of the last answer.
    var contentType: String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_easy_get_string(pointer, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK, let text else { return nil }
        return String(cString: text)
    }

    /// What libcurl says of a request that ended with `code`, and which addresses were refused.
    func errorText(_ code: CURLcode) -> String {
        let text = String(cString: errorBuffer[0] == 0 ? curl_easy_strerror(code) : UnsafePointer(errorBuffer))
        return code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT ? gate.explain(text) : text
    }

    private func setDestination(_ endpoint: Endpoint) throws(CurlFailure) {
        try set(CURLOPT_URL, endpoint.url)
        try set(CURLOPT_USERAGENT, endpoint.userAgent)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        // Without this the environment's proxy is used.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let trusted {
            try set(CURLOPT_CAINFO, trusted.path)
            // Else the system's certificates are trusted as well.
            try CurlFailure.check(curl_easy_set_string(pointer, CURLOPT_CAPATH, nil), "CURLOPT_CAPATH")
        }
    }

    private func setGate() throws(CurlFailure) {
        try set(CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(gate).toOpaque())
        try CurlFailure.check(
            curl_easy_set_open_socket(pointer, ConnectionGate.openSocket), "CURLOPT_OPENSOCKETFUNCTION")
        guard !name.isEmpty else { return }
        try set(CURLOPT_RESOLVER_START_DATA, Unmanaged.passUnretained(gate).toOpaque())
        try CurlFailure.check(
            curl_easy_set_resolver_start(pointer, ConnectionGate.refuseToResolve), "CURLOPT_RESOLVER_START_FUNCTION")
    }

    private func setProtocol() throws(CurlFailure) {
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_CONNECTTIMEOUT_MS, EasyHandle.connectTimeout)
        try set(CURLOPT_MAXAGE_CONN, EasyHandle.idleLimit)
        try set(CURLOPT_POST, 1)
    }

    private func setCallbacks() throws(CurlFailure) {
        // A body that is read by callback and cannot be rewound: libcurl would send one that it holds a second time,
        // unasked, when a connection that was kept alive dies under it.
        try set(CURLOPT_READFUNCTION) { buffer, size, count, context in
            guard let buffer, let transfer = Transfer.at(context) else { return Int(CURL_READFUNC_ABORT) }
            return transfer.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
        }
        try set(CURLOPT_WRITEFUNCTION) { buffer, size, count, context in
            guard let buffer, let transfer = Transfer.at(context) else { return 0 }
            return transfer.receive(UnsafeRawBufferPointer(start: buffer, count: size * count)) ? size * count : 0
        }
        try set(CURLOPT_HEADERFUNCTION) { _, size, count, context in
            guard let transfer = Transfer.at(context) else { return 0 }
            return transfer.receiveHeader(size * count) ? size * count : 0
        }
        // Called when CURLOPT_VERBOSE is set, with what is received before it is taken apart.
        try set(CURLOPT_DEBUGDATA, Unmanaged.passUnretained(self).toOpaque())
        try CurlFailure.check(
            curl_easy_set_debug(pointer) { _, type, _, size, context in
                if let context, type == CURLINFO_DATA_IN || type == CURLINFO_HEADER_IN {
                    Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue().countReceived(size)
                }
                return 0
            }, "CURLOPT_DEBUGFUNCTION")
        try set(CURLOPT_NOPROGRESS, 0)
        try set(CURLOPT_XFERINFODATA, Unmanaged.passUnretained(self).toOpaque())
        try CurlFailure.check(
            curl_easy_set_progress(pointer) { context, _, _, _, _ in
                guard let context else { return 1 }
                let handle = Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
                return handle.makeProgress() ? 0 : 1
            }, "CURLOPT_XFERINFOFUNCTION")
    }

    private func makeProgress() -> Bool {
        guard let transfer = transferContext?.takeUnretainedValue() else { return true }
        return transfer.makeProgress {
            isCounting = curl_easy_set_long(pointer, CURLOPT_VERBOSE, 1) == CURLE_OK
        }
    }

    fileprivate func countReceived(_ count: Int) { transferContext?.takeUnretainedValue().countReceived(count) }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try CurlFailure.check(curl_easy_set_long(pointer, option, value), "curl_easy_setopt")
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlFailure) {
        try CurlFailure.check(curl_easy_set_string(pointer, option, value), "curl_easy_setopt")
    }

    private func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(CurlFailure) {
        try CurlFailure.check(curl_easy_set_pointer(pointer, option, value), "curl_easy_setopt")
    }

    private func set(_ option: CURLoption, _ value: curl_write_callback) throws(CurlFailure) {
        try CurlFailure.check(curl_easy_set_transfer_callback(pointer, option, value), "curl_easy_setopt")
    }
}

extension Transfer {
    /// The transfer that a callback's context points to.
    fileprivate static func at(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
}
