import Glibc

/// The text of a configuration file.
public struct SettingsFile: Hashable, Sendable {
    /// The name that faults show, as the user gave it.
    public var name: String
    /// The whole file.
    public var text: String

    /// Most bytes that are read of a file.
    public static let maximumSize = 1 << 20

    /// A file called `name` that holds `text`.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Reads the file at `path`.
    ///
    /// - Throws: a fault of the whole file when it cannot be read, is longer than `maximumSize` or is not UTF-8.
    public init(path: String) throws(InvalidSettings) {
        func fault(_ detail: String) -> InvalidSettings {
            InvalidSettings([SettingsFault(origin: .file(name: path, line: nil), key: nil, detail: detail)])
        }
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path, limit: SettingsFile.maximumSize)
        } catch {
            throw fault(error.description)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("is not UTF-8") }
        self.init(name: path, text: text)
    }
}

/// Reading of small files.
enum FileBytes {
    /// Why a file was not read.
    enum Failure: Error, CustomStringConvertible {
        /// The system's error number.
        case system(Int32)
        /// It has more bytes than this.
        case tooLong(limit: Int)

        var description: String {
            switch self {
            case .system(let number): "cannot be read: " + String(cString: strerror(number))
            case .tooLong(let limit): "is longer than \(limit) bytes"
            }
        }
    }

    /// The bytes of the file at `path`, at most `limit` of them.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let part = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if part == 0 { break }
            if part > 0 { count += part } else if errno != EINTR { throw .system(errno) }
        }
        guard count <= limit else { throw .tooLong(limit: limit) }
        return Array(bytes[..<count])
    }
}
