/// What the service says of itself.
public struct About: Sendable {
    /// Its version.
    public let version: String
    /// The libraries it is linked with, by name, with their versions.
    public let libraries: [(name: String, version: String)]
    /// The Swift it was built with.
    public let swift: String
    /// Tells this run from others; begins the ids of requests.
    public let instance: String

    /// The given facts.
    public init(version: String, libraries: [(name: String, version: String)], swift: String) {
        self.version = version
        self.libraries = libraries
        self.swift = swift
        instance = String(UInt32.random(in: .min ... .max), radix: 36)
    }
}
