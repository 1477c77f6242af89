import CCurl

/// A URL as libcurl's own parser reads it, which is the one that transfers go through.
public struct ParsedURL: Hashable, Sendable {
    /// The host, with numeric addresses in their usual form and IPv6 addresses in brackets; nil without one.
    public let host: String?
    /// The port as it is written; nil without one.
    public let port: String?
    /// The port as it is written, or the usual one of the scheme.
    public let effectivePort: String?

    /// Reads `text`.
    ///
    /// - Throws: `CurlFailure` when libcurl cannot parse it.
    public init(_ text: String) throws(CurlFailure) {
        guard let url = curl_url() else { throw CurlFailure("out of memory", of: "curl_url") }
        defer { curl_url_cleanup(url) }
        let result = curl_url_set(url, CURLUPART_URL, text, 0)
        guard result == CURLUE_OK else { throw CurlFailure(String(cString: curl_url_strerror(result))) }
        host = ParsedURL.part(CURLUPART_HOST, of: url)
        port = ParsedURL.part(CURLUPART_PORT, of: url)
        effectivePort = ParsedURL.part(CURLUPART_PORT, of: url, CURLU_DEFAULT_PORT)
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

extension String {
    /// The text with each byte escaped that is not an unreserved character (RFC 3986, section 2.3), for a part of a URL.
    public var percentEncoded: String {
        // libcurl takes the length 0 for "up to the NUL".
        if isEmpty { return "" }
        let encoded = withCString { curl_easy_escape(nil, $0, Int32(clamping: utf8.count)) }
        guard let encoded else { preconditionFailure("curl_easy_escape: out of memory") }
        defer { curl_free(encoded) }
        return String(cString: encoded)
    }
}
