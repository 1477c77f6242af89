import Glibc

/// Why a recording cannot be read, or cannot be read completely.
public struct RecordingFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the file, and of the archive's member if there is one.
    public let name: String
    /// The fault, as a phrase without a period.
    public let detail: String

    /// "attack.zip: is encrypted".
    public var description: String { "\(name): \(detail)" }

    init(_ name: String, _ detail: String) {
        self.name = name
        self.detail = detail
    }

    /// Creates a fault of `attempt` with the system's text for the errno `number`.
    init(_ name: String, _ attempt: String, errno number: Int32) {
        self.init(name, attempt + ": " + String(cString: strerror(number)))
    }
}
