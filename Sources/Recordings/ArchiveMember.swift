import CArchive

/// A member of an archive, or the one thing in a compressed file.
struct ArchiveMember {
    /// What it is called in messages.
    let name: String
    let isEncrypted: Bool
    /// Whether its name is one of recorded lines.
    let isRecording: Bool
    /// Whether it is one of the AppleDouble files that macOS adds for the attributes of other files.
    let isAppleDouble: Bool

    /// How names of recorded lines end.
    static let endings = [".json", ".ndjson", ".jsonl", ".txt", ".log"]

    /// The member that `entry` describes, of the archive called `archive`.
    init(_ entry: OpaquePointer, in archive: String) {
        let bytes = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        let path = bytes.map { String(cString: $0) } ?? "a member without a name"
        let folders = path.split(separator: "/")
        name = archive + ": " + path.printable
        isEncrypted = archive_entry_is_encrypted(entry) != 0
        isRecording = ArchiveMember.endings.contains { path.lowercased().hasSuffix($0) }
        isAppleDouble = folders.first == "__MACOSX" || folders.last?.hasPrefix("._") == true
    }

    private init(only name: String) {
        self.name = name
        (isEncrypted, isRecording, isAppleDouble) = (false, true, false)
    }

    /// What is in a compressed file that is no archive.
    static func onlyOne(of file: String) -> ArchiveMember { ArchiveMember(only: file) }
}

extension String {
    /// The text without control characters: a name is shown on terminals.
    fileprivate var printable: String {
        var scalars = UnicodeScalarView()
        for scalar in unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }
}
