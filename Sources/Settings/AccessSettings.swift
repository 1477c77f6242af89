/// Who may call. Group `auth`.
public struct AuthSettings: Hashable, Sendable {
    /// The file of tokens; nil: nobody is asked for one.
    public var tokensFile: String?

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        tokensFile = reader.path("auth.tokensFile")
    }
}

/// With which certificate TLS is served. Group `tls`.
public struct TLSSettings: Hashable, Sendable {
    /// The file (PEM) of the certificate and those that lead to its issuer; nil: plain HTTP is served.
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
            reader.add(one.fault("needs the other one: a certificate and its key are given together"))
        }
    }
}
