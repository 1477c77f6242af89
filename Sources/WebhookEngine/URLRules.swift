import Bytes
import CCurl

/// Which URLs an engine may have.
public enum URLRules {
    /// Most bytes that a URL may have.
    public static let maxLength = 2048

    /// What is wrong with `text` as the URL of an engine, as a phrase; nil when nothing is.
    ///
    /// libcurl's own parser decides, which is the one that the requests go through.
    public static func fault(_ text: String) -> String? {
        guard text.utf8.count <= maxLength else { return "has more than \(maxLength) bytes" }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "has characters other than printable ASCII"
        }
        let lowercase = text.asciiLowercased
        guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
            return "does not begin with http:// or https://"
        }
        guard let url = curl_url() else { return "cannot be parsed: out of memory" }
        defer { curl_url_cleanup(url) }
        let result = curl_url_set(url, CURLUPART_URL, text, 0)
        guard result == CURLUE_OK else { return "cannot be parsed: " + String(cString: curl_url_strerror(result)) }
        guard let host = part(CURLUPART_HOST, of: url), !host.isEmpty,
            text.dropFirst(lowercase.schemeLength).first != "/"
        else { return "has no host" }
        let authority = text.dropFirst(lowercase.schemeLength).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { return "has user information" }
        guard !text.contains("#") else { return "has a fragment" }
        guard part(CURLUPART_PORT, of: url) != "0" else { return "has port 0" }
        return nil
    }

    /// `url`, in which there is no fault, with `<redacted>` for its path and query, which may be a secret.
    ///
    /// A URL that has none is shown as it is.
    public static func redacted(_ url: String) -> String {
        let schemeLength = url.asciiLowercased.schemeLength
        let authority = url.dropFirst(schemeLength).prefix { !"/?".contains($0) }
        let shown = url.prefix(schemeLength) + authority
        return ["", "/"].contains(url.dropFirst(shown.count)) ? url : shown + "/<redacted>"
    }

    /// Where requests for `url`, in which there is no fault, go.
    ///
    /// - Returns: The host as libcurl has it, numbers in their usual form; its port; and whether the host is a name that
    ///   must be looked up; addresses and localhost are not.
    static func destination(_ url: String) -> (host: String, port: String, isName: Bool) {
        guard let parsed = curl_url() else { return ("", "", false) }
        defer { curl_url_cleanup(parsed) }
        guard curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK,
            let host = part(CURLUPART_HOST, of: parsed),
            let port = part(CURLUPART_PORT, of: parsed, CURLU_DEFAULT_PORT)
        else { return ("", "", false) }
        let lowercase = host.asciiLowercased
        let isLocal = lowercase == "localhost" || lowercase.hasSuffix(".localhost")
        return (host, port, !isLocal && !host.hasPrefix("[") && IPAddress(host) == nil)
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}

extension String {
    /// Length of `http://` or `https://`, one of which this begins with.
    fileprivate var schemeLength: Int { hasPrefix("https://") ? 8 : 7 }
}
