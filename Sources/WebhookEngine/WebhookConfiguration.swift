public import Driver

/// The location of a webhook engine, and how messages to it are encoded and signed.
public struct WebhookConfiguration: Hashable, Sendable {
    /// The encoding of messages.
    public enum Encoding: String, CaseIterable, Sendable {
        /// CloudEvents 1.0, structured JSON.
        case json
        /// The message's exact bytes, in CloudEvents' binary mode.
        case binary
    }

    /// URL that messages are posted to.
    public let url: String
    /// Secret for signing messages; nil to leave them unsigned.
    public let secret: WebhookSecret?
    /// Headers added to each request.
    public let headers: [String: String]
    /// The only PEM certificates to trust; nil for the system's. The file must be read before the first message, or
    /// messages fail.
    public let caFile: CertificateFile?
    /// Encoding of messages.
    public let encoding: Encoding
    /// How many async messages a request may have; nil for one, as the driver sends them. Only with `json`.
    public let batch: BatchLimits?

    /// The fault of a `batch` with another encoding.
    public static let batchFault = "requires encoding json; with encoding binary a request has one message"

    /// Creates a configuration that follows `URLRules` and `HeaderRules`.
    ///
    /// - Throws: The first fault in the URL, the headers or the batch.
    public init(
        url: String, secret: WebhookSecret? = nil, headers: [String: String] = [:], caFile: CertificateFile? = nil,
        encoding: Encoding = .json, batch: BatchLimits? = nil
    ) throws(WebhookEngineError) {
        if let detail = URLRules.fault(url) { throw .url(detail) }
        if let (name, detail) = HeaderRules.faults(of: headers).first { throw .header(name: name, detail) }
        if batch != nil, encoding != .json { throw .batch(WebhookConfiguration.batchFault) }
        self.url = url
        self.secret = secret
        self.headers = headers
        self.caFile = caFile
        self.encoding = encoding
        self.batch = batch
    }
}

extension WebhookConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Omits everything that may be secret: path and query of the URL, header values, and the secret itself.
    public var description: String {
        let names = headers.keys.sorted().joined(separator: ", ")
        return "webhook \(URLRules.redacted(url)), headers [\(names)], \(secret == nil ? "unsigned" : "signed")"
    }
    /// Same as `description`.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
