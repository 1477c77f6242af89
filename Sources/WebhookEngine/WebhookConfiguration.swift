/// Where an engine behind a URL is, and how it is spoken to.
public struct WebhookConfiguration: Hashable, Sendable {
    /// How messages are written.
    public enum Encoding: String, CaseIterable, Sendable {
        /// CloudEvents 1.0, structured JSON.
        case json
        /// The message's exact bytes, in CloudEvents' binary mode.
        case binary
    }

    /// Where messages are posted to.
    public let url: String
    /// What they are signed with; nil to leave them unsigned.
    public let secret: WebhookSecret?
    /// Headers that are added to each request.
    public let headers: [String: String]
    /// A file of PEM certificates to trust, and no others; nil for those of the system. It is read before the first
    /// message, or messages fail.
    public let caFile: CertificateFile?
    /// How messages are written.
    public let encoding: Encoding

    /// A configuration that keeps to `URLRules` and `HeaderRules`.
    ///
    /// - Throws: The first fault of the URL or the headers.
    public init(
        url: String, secret: WebhookSecret? = nil, headers: [String: String] = [:], caFile: CertificateFile? = nil,
        encoding: Encoding = .json
    ) throws(WebhookEngineError) {
        if let detail = URLRules.fault(url) { throw .url(detail) }
        if let (name, detail) = HeaderRules.faults(of: headers).first { throw .header(name: name, detail) }
        self.url = url
        self.secret = secret
        self.headers = headers
        self.caFile = caFile
        self.encoding = encoding
    }
}

extension WebhookConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without what may be a secret: path and query of the URL, the values of headers, and the secret itself.
    public var description: String {
        let names = headers.keys.sorted().joined(separator: ", ")
        return "webhook \(URLRules.redacted(url)), headers [\(names)], \(secret == nil ? "unsigned" : "signed")"
    }
    /// The description.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
