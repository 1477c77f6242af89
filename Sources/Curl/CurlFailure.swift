/// A call of libcurl that failed.
public struct CurlFailure: Error, Hashable, Sendable {
    /// The function or option; nil where there is none.
    public let call: String?
    /// What went wrong, in libcurl's words.
    public let reason: String

    /// A failure for `reason` of `call`, if it was one.
    public init(_ reason: String, of call: String? = nil) {
        self.call = call
        self.reason = reason
    }

    /// Both in one line: `curl_multi_add_handle: Invalid easy handle`.
    public var text: String { (call.map { $0 + ": " } ?? "") + reason }
}
