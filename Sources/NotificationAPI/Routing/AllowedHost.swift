import Bytes
import MicroHTTPD

/// An entry of `server.allowedHosts`: a host name that the service accepts.
public struct AllowedHost: Hashable, Sendable {
    /// The host, in lower case.
    private let host: String
    /// The only accepted port; nil for any.
    private let port: UInt16?

    /// Parses `example.org` or `example.org:8443`; nil for anything else.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard let authority = Authority(bytes), text.utf8.last != UInt8(ascii: ":") else { return nil }
        host = String(decoding: text.asciiLowercased.utf8.prefix(authority.hostEnd), as: UTF8.self)
        port = authority.port
    }

    /// Whether `text`, parsed as `authority`, matches this entry. Does not allocate.
    func matches(_ text: Span<UInt8>, _ authority: Authority) -> Bool {
        (port == nil || port == authority.port)
            && text.extracting(..<authority.hostEnd).equalsIgnoringCase(host.utf8.span)
    }
}
