import JSON

/// A signing secret: `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks).
///
/// Prints as `<redacted>`.
public struct WebhookSecret: Hashable, Sendable {
    let key: [UInt8]

    /// Parses a secret.
    ///
    /// - Throws: `WebhookEngineError.secret` for a wrong prefix, invalid base64 or a key of the wrong length.
    public init(_ text: String) throws(WebhookEngineError) {
        let expected = "must be whsec_ and 24 to 64 bytes in base64"
        guard text.hasPrefix("whsec_") else { throw .secret("\(expected); it does not start with whsec_") }
        guard let key = Base64.decode(text.dropFirst(6)) else {
            throw .secret("\(expected); what follows whsec_ is not base64")
        }
        guard (24...64).contains(key.count) else { throw .secret("\(expected); it has \(key.count) bytes") }
        self.key = key
    }
}

extension WebhookSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
