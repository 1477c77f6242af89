import Glibc

/// Why a recording cannot be read, or not to its end.
public struct RecordingFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the file, and of the member in it if it is an archive's.
    public let name: String
    /// What is wrong, a phrase without a full stop.
    public let detail: String

    /// "attack.zip: is encrypted".
    public var description: String { "\(name): \(detail)" }

    init(_ name: String, _ detail: String) {
        self.name = name
        self.detail = detail
    }

    /// The system's words for `number`, behind what was tried.
    init(_ name: String, _ attempt: String, errno number: Int32) {
        self.init(name, attempt + ": " + String(cString: strerror(number)))
    }
}
