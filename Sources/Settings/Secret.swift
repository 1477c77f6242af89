import Bytes

/// A text that must not be shown: printing, dumping and interpolating it give `<redacted>`.
public struct Secret: Hashable, Sendable {
    private let text: String

    /// Hides `text`.
    public init(_ text: String) { self.text = text }

    /// The text itself, for the one place that needs it.
    public func reveal() -> String { text }

    /// The reason why a file does not contain a secret.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        /// The file, as the user gave it, and the fault.
        public var description: String
    }

    /// The maximum size in bytes of a file with a secret.
    public static let maximumFileSize = 4096

    /// Reads a secret from the file at `path`: one line, with or without a line ending.
    ///
    /// - Throws: if the file cannot be read, is empty, has several lines or is not plain text.
    public init(path: String) throws(Unreadable) {
        var bytes = try Secret.bytes(ofFile: path, limit: Secret.maximumFileSize)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw Unreadable(description: "\(path): is empty") }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Unreadable(description: "\(path): is not one line of printable characters without spaces")
        }
        self.init(String(decoding: bytes, as: UTF8.self))
    }
}

extension Secret {
    /// The bytes of the file at `path`, which contains secrets among other data. Never blocks on a FIFO.
    ///
    /// - Throws: if the file cannot be read, is not a regular file or has more than `limit` bytes.
    public static func bytes(ofFile path: String, limit: Int = 1 << 20) throws(Unreadable) -> [UInt8] {
        do throws(RegularFile.Fault) {
            return try RegularFile.read(path, limit: limit)
        } catch {
            throw Unreadable(description: "\(path): \(error)")
        }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
