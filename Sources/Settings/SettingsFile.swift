import Bytes

/// The text of a configuration file.
public struct SettingsFile: Hashable, Sendable {
    /// The name shown in faults, as the user gave it.
    public var name: String
    /// The whole file.
    public var text: String

    /// The maximum number of bytes read from a file.
    public static let maximumSize = 1 << 20

    /// A file named `name` that contains `text`.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Reads the file at `path`.
    ///
    /// - Throws: a fault of the whole file if it cannot be read, is not a regular file, is longer than `maximumSize` or
    ///   is not UTF-8.
    public init(path: String) throws(InvalidSettings) {
        func fault(_ detail: String) -> InvalidSettings {
            InvalidSettings([SettingsFault(origin: .file(name: path, line: nil), key: nil, detail: detail)])
        }
        let bytes: [UInt8]
        do throws(RegularFile.Fault) {
            bytes = try RegularFile.read(path, limit: SettingsFile.maximumSize)
        } catch {
            throw fault(error.description)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("is not UTF-8") }
        self.init(name: path, text: text)
    }
}
