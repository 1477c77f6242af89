import CCurl

/// The result of a transfer or another call of libcurl: a CURLcode.
public struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// libcurl's number.
    public let rawValue: UInt32

    /// Creates the code with this number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ code: CURLcode) { rawValue = code.rawValue }

    /// The call succeeded.
    public static let ok = ResultCode(CURLE_OK)
    /// A name could not be resolved.
    public static let couldNotResolve = ResultCode(CURLE_COULDNT_RESOLVE_HOST)
    /// The connection attempt failed.
    public static let couldNotConnect = ResultCode(CURLE_COULDNT_CONNECT)
    /// The timeout expired.
    public static let timedOut = ResultCode(CURLE_OPERATION_TIMEDOUT)
    /// The delegate aborted the transfer.
    public static let aborted = ResultCode(CURLE_ABORTED_BY_CALLBACK)
    /// Sending failed.
    public static let couldNotSend = ResultCode(CURLE_SEND_ERROR)
    /// Receiving failed.
    public static let couldNotReceive = ResultCode(CURLE_RECV_ERROR)
    /// The TLS handshake failed.
    public static let couldNotStartTLS = ResultCode(CURLE_SSL_CONNECT_ERROR)

    /// libcurl's description of the code.
    public var text: String { String(cString: curl_easy_strerror(CURLcode(rawValue))) }

    /// Throws unless the code is `ok`.
    func check(_ call: @autoclosure () -> String) throws(CurlFailure) {
        guard self == .ok else { throw CurlFailure(text, of: call()) }
    }
}

/// The library as a whole: its version and initialization.
public enum CurlLibrary {
    /// The version that this process has loaded, such as `7.88.1`.
    public static var version: String {
        curl_version_info(CURLVERSION_FIRST)?.pointee.version.map { String(cString: $0) } ?? "unknown"
    }

    /// Initializes libcurl once per process; must be called before anything else.
    static func start() throws(CurlFailure) { try startResult.check("curl_global_init") }

    private static let startResult = ResultCode(curl_global_init(Int(CURL_GLOBAL_DEFAULT)))
}
