import CArchive

/// A member of an archive, or the content of a compressed file.
struct ArchiveMember {
    /// The member's name in messages.
    let name: String
    let isEncrypted: Bool
    /// Whether it is the content of a compressed file that is not an archive.
    let isOnly: Bool
    /// Whether it is an AppleDouble file, in which macOS stores the attributes of another file.
    let isAppleDouble: Bool

    /// Creates the member for `entry` of the archive named `archive`.
    init(_ entry: OpaquePointer, in archive: String) {
        let bytes = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        let path = bytes.map { String(cString: $0) } ?? "an unnamed member"
        let folders = path.split(separator: "/")
        name = archive + ": " + path.printable
        isEncrypted = archive_entry_is_encrypted(entry) != 0
        isOnly = false
        isAppleDouble = folders.first == "__MACOSX" || folders.last?.hasPrefix("._") == true
    }

    private init(only name: String) {
        self.name = name
        (isEncrypted, isOnly, isAppleDouble) = (false, true, false)
    }

    /// The content of a compressed file that is not an archive.
    static func onlyOne(of file: String) -> ArchiveMember { ArchiveMember(only: file) }
}

extension String {
    /// The text without control characters, because names are shown on terminals.
    fileprivate var printable: String {
        var scalars = UnicodeScalarView()
        for scalar in unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }
}
