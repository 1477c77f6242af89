import CCurl

/// A URL parsed by libcurl, exactly as transfers interpret it.
public struct ParsedURL: Hashable, Sendable {
    /// The host, if any, with numeric addresses in canonical form and IPv6 addresses in brackets.
    public let host: String?
    /// The explicit port; nil if the URL has none.
    public let port: String?
    /// The explicit port or the default port of the scheme.
    public let effectivePort: String?
    /// Path and query, as a request line has them: at least `/`.
    public let target: String

    /// Parses `text`.
    ///
    /// - Throws: `CurlFailure` if libcurl cannot parse it.
    public init(_ text: String) throws(CurlFailure) {
        guard let url = curl_url() else { throw CurlFailure("out of memory", of: "curl_url") }
        defer { curl_url_cleanup(url) }
        let result = curl_url_set(url, CURLUPART_URL, text, 0)
        guard result == CURLUE_OK else { throw CurlFailure(String(cString: curl_url_strerror(result))) }
        host = ParsedURL.part(CURLUPART_HOST, of: url)
        port = ParsedURL.part(CURLUPART_PORT, of: url)
        effectivePort = ParsedURL.part(CURLUPART_PORT, of: url, CURLU_DEFAULT_PORT)
        let query = ParsedURL.part(CURLUPART_QUERY, of: url)
        target = (ParsedURL.part(CURLUPART_PATH, of: url) ?? "/") + (query.map { "?" + $0 } ?? "")
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

extension String {
    /// The text with all bytes escaped except unreserved characters (RFC 3986, section 2.3), for a part of a URL.
    public var percentEncoded: String {
        // To libcurl, the length 0 means "up to the NUL".
        if isEmpty { return "" }
        let encoded = withCString { curl_easy_escape(nil, $0, Int32(clamping: utf8.count)) }
        guard let encoded else { preconditionFailure("curl_easy_escape: out of memory") }
        defer { curl_free(encoded) }
        return String(cString: encoded)
    }
}
