import Bytes
import Curl

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
        guard let parsed = try? ParsedURL(url), let host = parsed.host, let port = parsed.effectivePort else {
            return ("", "", false)
        }
        let lowercase = host.asciiLowercased
        let isLocal = lowercase == "localhost" || lowercase.hasSuffix(".localhost")
        return (host, port, !isLocal && !host.hasPrefix("[") && IPAddress(host) == nil)
    }
}

extension String {
    /// Length of `http://` or `https://`, one of which this begins with.
    fileprivate var schemeLength: Int { hasPrefix("https://") ? 8 : 7 }
}
