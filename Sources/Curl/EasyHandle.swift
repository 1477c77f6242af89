import CCurl

/// A libcurl easy handle: options, and one transfer after another. Used by one thread at a time.
///
/// libcurl's callbacks point to this object, and its options point to other objects. The handle keeps all of them alive.
public final class EasyHandle {
    /// An identifier of a handle, unique while the handle exists.
    public struct ID: Hashable, Sendable {
        private let address: UInt

        init(_ pointer: UnsafeMutableRawPointer) { address = UInt(bitPattern: pointer) }
    }

    let pointer: UnsafeMutableRawPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private var lists: [UInt32: HeaderList] = [:]
    private var share: ConnectionShare?
    private(set) var opener: (any ConnectionOpener)?
    private(set) var delegate: (any TransferDelegate)?

    /// A handle with libcurl's default options.
    ///
    /// - Throws: `CurlFailure` if libcurl does not start.
    public init() throws(CurlFailure) {
        try CurlLibrary.start()
        guard let pointer = curl_easy_init() else { throw CurlFailure("out of memory", of: "curl_easy_init") }
        self.pointer = pointer
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try set(CURLOPT_ERRORBUFFER, errorBuffer)
        try setCallbacks()
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorBuffer.deallocate()
    }

    /// The identifier of this handle.
    public var id: ID { ID(pointer) }

    // MARK: Options

    /// Sets `option`; nil restores the default.
    public func set(_ option: EasyOption<String>, _ value: String?) throws(CurlFailure) {
        try ResultCode(curl_easy_set_string(pointer, option.option, value)).check(option.name)
    }

    /// Sets `option`.
    public func set(_ option: EasyOption<Int>, _ value: Int) throws(CurlFailure) {
        try ResultCode(curl_easy_set_long(pointer, option.option, value)).check(option.name)
    }

    /// Sets `option`.
    public func set(_ option: EasyOption<Bool>, _ value: Bool) throws(CurlFailure) {
        try ResultCode(curl_easy_set_long(pointer, option.option, value ? 1 : 0)).check(option.name)
    }

    /// Sets `option`, and keeps `list` alive until the option is set again.
    public func set(_ option: EasyOption<HeaderList>, _ list: HeaderList) throws(CurlFailure) {
        try ResultCode(curl_easy_set_pointer(pointer, option.option, list.pointer)).check(option.name)
        lists[option.option.rawValue] = list
    }

    /// Sets the length of the body of a POST, in bytes.
    public func setBodySize(_ count: Int) throws(CurlFailure) {
        let code = curl_easy_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(count))
        try ResultCode(code).check("CURLOPT_POSTFIELDSIZE_LARGE")
    }

    /// Turns on or off the check of the server's certificate and its name.
    public func setChecksCertificate(_ checks: Bool) throws(CurlFailure) {
        try set(CURLOPT_SSL_VERIFYPEER, checks ? 1 : 0)
        try set(CURLOPT_SSL_VERIFYHOST, checks ? 2 : 0)
    }

    /// Restricts the handle to HTTP/1.1 and TLS 1.2 or later, without .netrc.
    public func setStrictProtocols() throws(CurlFailure) {
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    }

    /// Keeps the connection in `share`, which no other handle may use.
    public func setShare(_ share: ConnectionShare) throws(CurlFailure) {
        try set(CURLOPT_SHARE, share.pointer)
        self.share = share
    }

    /// Makes `opener` open the sockets and, if `decidesLookUps` is true, decide whether names are looked up.
    public func setOpener(_ opener: any ConnectionOpener, decidesLookUps: Bool) throws(CurlFailure) {
        self.opener = opener
        try setOpenSocketCallback()
        if decidesLookUps { try setLookUpCallback() }
    }

    /// Makes transfers report their progress to their delegate.
    public func reportProgress() throws(CurlFailure) { try set(CURLOPT_NOPROGRESS, 0) }

    // MARK: Transfers

    /// Sets the delegate of the next transfer, and keeps it until `end()`; a transfer that only connects needs none.
    public func begin(_ delegate: (any TransferDelegate)? = nil) {
        errorBuffer[0] = 0
        self.delegate = delegate
    }

    /// Releases the delegate; the transfer must be over.
    public func end() { delegate = nil }

    /// Performs a transfer to its end.
    public func perform(_ delegate: any TransferDelegate) throws(CurlFailure) -> ResultCode {
        begin(delegate)
        defer { end() }
        return ResultCode(curl_easy_perform(pointer))
    }

    /// The status of the last answer; 0 without an answer.
    public var status: Int {
        var status = 0
        return curl_easy_get_long(pointer, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0
    }

    /// The Content-Type of the last answer.
    public var contentType: String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_easy_get_string(pointer, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK, let text else { return nil }
        return String(cString: text)
    }

    /// libcurl's description of a transfer that ended with `code`.
    public func errorText(_ code: ResultCode) -> String {
        errorBuffer[0] == 0 ? code.text : String(cString: errorBuffer)
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try ResultCode(curl_easy_set_long(pointer, option, value)).check("option \(option.rawValue)")
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(CurlFailure) {
        try ResultCode(curl_easy_set_pointer(pointer, option, value)).check("option \(option.rawValue)")
    }
}
