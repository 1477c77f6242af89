import Bytes
import Curl

/// The rules for URLs of engines.
public enum URLRules {
    /// Maximum length of a URL in bytes.
    public static let maxLength = 2048

    /// The fault in `text` as the URL of an engine, as a phrase; nil if it is valid.
    ///
    /// Uses libcurl's parser, which also parses the URL for the requests.
    public static func fault(_ text: String) -> String? {
        guard text.utf8.count <= maxLength else { return "has more than \(maxLength) bytes" }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "has characters other than printable ASCII"
        }
        let lowercase = text.asciiLowercased
        guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
            return "must start with http:// or https://"
        }
        let url: ParsedURL
        do throws(CurlFailure) {
            url = try ParsedURL(text)
        } catch {
            return "cannot be parsed: \(error.reason)"
        }
        guard let host = url.host, !host.isEmpty,
            text.dropFirst(lowercase.schemeLength).first != "/"
        else { return "has no host" }
        let authority = text.dropFirst(lowercase.schemeLength).prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else { return "has user information" }
        guard !text.contains("#") else { return "has a fragment" }
        guard url.port != "0" else { return "has port 0" }
        return nil
    }

    /// `url`, which must be valid, with `<redacted>` in place of path and query, which may be secret.
    ///
    /// A URL without path and query is unchanged.
    public static func redacted(_ url: String) -> String {
        let schemeLength = url.asciiLowercased.schemeLength
        let authority = url.dropFirst(schemeLength).prefix { !"/?".contains($0) }
        let shown = url.prefix(schemeLength) + authority
        return ["", "/"].contains(url.dropFirst(shown.count)) ? url : shown + "/<redacted>"
    }

    /// Where requests for a URL go.
    struct Destination {
        /// The host as normalized by libcurl.
        var host = ""
        /// The port, explicit or the scheme's own.
        var port = ""
        /// Whether the host is a name that must be looked up; addresses and localhost are not.
        var isName = false
        /// Whether the scheme is https.
        var isSecure = false
        /// The value of Host: the host, and the port unless it is the scheme's own.
        var authority = ""
        /// Path and query.
        var target = "/"
    }

    /// The destination of requests for `url`, which must be valid.
    static func destination(_ url: String) -> Destination {
        guard let parsed = try? ParsedURL(url), let host = parsed.host, let port = parsed.effectivePort else {
            return Destination()
        }
        let lowercase = host.asciiLowercased
        let isLocal = lowercase == "localhost" || lowercase.hasSuffix(".localhost")
        let isSecure = url.asciiLowercased.schemeLength == 8
        return Destination(
            host: host, port: port, isName: !isLocal && !host.hasPrefix("[") && IPAddress(host) == nil,
            isSecure: isSecure, authority: port == (isSecure ? "443" : "80") ? host : "\(host):\(port)",
            target: parsed.target)
    }
}

extension String {
    /// Length of `http://` or `https://`, with one of which this string starts.
    fileprivate var schemeLength: Int { hasPrefix("https://") ? 8 : 7 }
}
