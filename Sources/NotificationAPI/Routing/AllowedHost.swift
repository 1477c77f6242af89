import Bytes
import MicroHTTPD

/// A host name that the service answers to: an entry of `server.allowedHosts`.
public struct AllowedHost: Hashable, Sendable {
    /// The host, in lower case.
    private let host: String
    /// The only port that is meant; nil for any.
    private let port: UInt16?

    /// Reads `example.org` or `example.org:8443`; nil when `text` is neither.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard let authority = Authority(bytes), text.utf8.last != UInt8(ascii: ":") else { return nil }
        host = String(decoding: text.asciiLowercased.utf8.prefix(authority.hostEnd), as: UTF8.self)
        port = authority.port
    }

    /// Whether `text`, which reads as `authority`, is this one. Without an allocation.
    func matches(_ text: Span<UInt8>, _ authority: Authority) -> Bool {
        (port == nil || port == authority.port)
            && text.extracting(..<authority.hostEnd).equalsIgnoringCase(host.utf8.span)
    }
}
