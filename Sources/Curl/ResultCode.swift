import CCurl

/// How a transfer or another call of libcurl ended: a CURLcode.
public struct ResultCode: RawRepresentable, Hashable, Sendable {
    /// libcurl's number.
    public let rawValue: UInt32

    /// The code with this number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ code: CURLcode) { rawValue = code.rawValue }

    /// It succeeded.
    public static let ok = ResultCode(CURLE_OK)
    /// The addresses of a name were not found.
    public static let couldNotResolve = ResultCode(CURLE_COULDNT_RESOLVE_HOST)
    /// No connection was made.
    public static let couldNotConnect = ResultCode(CURLE_COULDNT_CONNECT)
    /// The time was over.
    public static let timedOut = ResultCode(CURLE_OPERATION_TIMEDOUT)
    /// Memory is short, or a header line is over 100 kB.
    public static let outOfMemory = ResultCode(CURLE_OUT_OF_MEMORY)
    /// A header line is over 100 kB, in libcurl 8.6 and later (CURLE_TOO_LARGE).
    public static let tooLarge = ResultCode(rawValue: 100)

    /// libcurl's text for the code.
    public var text: String { String(cString: curl_easy_strerror(CURLcode(rawValue))) }

    /// Throws unless the code is `ok`.
    func check(_ call: @autoclosure () -> String) throws(CurlFailure) {
        guard self == .ok else { throw CurlFailure(text, of: call()) }
    }
}

/// libcurl itself.
public enum CurlLibrary {
    /// The version that this process is linked with, such as `7.88.1`.
    public static var version: String {
        curl_version_info(CURLVERSION_FIRST)?.pointee.version.map { String(cString: $0) } ?? "unknown"
    }

    /// libcurl requires this once per process, before anything else.
    static func start() throws(CurlFailure) { try startResult.check("curl_global_init") }

    private static let startResult = ResultCode(curl_global_init(Int(CURL_GLOBAL_DEFAULT)))
}
