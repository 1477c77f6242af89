public import Driver
public import JSON

/// A stream context to create.
public struct StreamContextCreation: JSONObjectReadable, Hashable, Sendable {
    /// The name of the file.
    public let fileName: String
    /// The rules of the context.
    public let rules: StreamContextRules

    /// The members of a stream context's creation.
    public static let members: [StaticString] = ["fileName", "rules"]

    /// A stream context for `fileName`.
    public init(fileName: String, rules: StreamContextRules) {
        self.fileName = fileName
        self.rules = rules
    }

    /// Reads the creation of a stream context; nil after a fault.
    public init?(_ object: JSONObject) {
        let rules: StreamContextRules? = object.optional("rules") { $0.bits() }
        guard let fileName = object.required("fileName", { $0.name() }) else { return nil }
        self.fileName = fileName
        self.rules = rules ?? []
    }
}
