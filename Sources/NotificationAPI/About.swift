/// The versions and the identity of the running service, and the documents that it serves for others.
public struct About: Sendable {
    /// The header by which a request names an instance, and an answer says which one gave it (FLT-3).
    public static let instanceHeader: StaticString = "Wdfilterd-Instance"

    /// The version of the service.
    public let version: String
    /// Returns the libraries with their versions. Called on any thread when a client asks for them.
    public let libraries: @Sendable () -> [(name: String, version: String)]
    /// The version of Swift that compiled the service.
    public let swift: String
    /// Returns the JSON Schema of scenario files. Called on any thread when a client asks for it.
    public let scenarioSchema: @Sendable () -> [UInt8]
    /// The name of this instance among several behind a proxy; nil if it is the only one.
    public let instance: String?
    /// A random id of this run, the prefix of generated request ids.
    let run: String

    /// Creates the description, with a new id for this run.
    public init(
        version: String, instance: String? = nil,
        libraries: @escaping @Sendable () -> [(name: String, version: String)] = { [] }, swift: String,
        scenarioSchema: @escaping @Sendable () -> [UInt8] = { Array("{}\n".utf8) }
    ) {
        self.scenarioSchema = scenarioSchema
        self.version = version
        self.libraries = libraries
        self.swift = swift
        self.instance = instance
        run = String(UInt32.random(in: .min ... .max), radix: 36)
    }
}
