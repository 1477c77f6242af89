/// A failed call of libcurl.
public struct CurlFailure: Error, Hashable, Sendable {
    /// The function or option that failed, if known.
    public let call: String?
    /// The reason in libcurl's words.
    public let reason: String

    /// A failure of `call` for `reason`.
    public init(_ reason: String, of call: String? = nil) {
        self.call = call
        self.reason = reason
    }

    /// The call and the reason: `curl_multi_add_handle: Invalid easy handle`.
    public var text: String { (call.map { $0 + ": " } ?? "") + reason }
}
