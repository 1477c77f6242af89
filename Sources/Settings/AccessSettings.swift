/// Access to the API. Group `auth`.
public struct AuthSettings: Hashable, Sendable {
    /// The file of tokens; if nil, clients need no token.
    public var tokensFile: String?

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        tokensFile = reader.path("auth.tokensFile")
    }
}

/// The certificate for TLS. Group `tls`.
public struct TLSSettings: Hashable, Sendable {
    /// The file (PEM) with the certificate and the chain to its issuer; if nil, the server uses plain HTTP.
    public var certificateFile: String?
    /// The file (PEM) of its key.
    public var keyFile: String?

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        certificateFile = reader.path("tls.certificateFile")
        keyFile = reader.path("tls.keyFile")
        let given = reader.given("tls.certificateFile") + reader.given("tls.keyFile")
        if (certificateFile == nil) != (keyFile == nil), let one = given.first {
            let other = certificateFile == nil ? "tls.certificateFile" : "tls.keyFile"
            reader.add(one.fault("the certificate and the key must be given together; \(other) is missing"))
        }
    }
}
