import Bytes

/// What a file looks like that is not a recording, to tell the person who took it for one.
public enum ForeignContent {
    /// The number of bytes that are enough to tell, if there are as many.
    public static let headBytes = 1 << 16

    /// What the content that begins with `head` looks like, and what to do about it, as a phrase. Nil if it may be a recording: a
    /// line of it begins like a record.
    public static func description(of head: [UInt8]) -> String? {
        if head.isEmpty || ByteOrder(mark: head) != nil { return nil }
        if let known = signatures.first(where: { head.dropFirst($0.offset).starts(with: $0.bytes) }) {
            return known.description
        }
        if head.looksLikeUTF16 {
            return "UTF-16 without a byte order mark; convert it: iconv -f UTF-16LE -t UTF-8"
        }
        let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
        if text.contains(0) { return "binary data" }
        if let markup = text.first(where: { !$0.isBlank }), markup == UInt8(ascii: "<") {
            return descriptionOfMarkup(text)
        }
        if text.first(where: { !$0.isBetweenRecords })?.beginsJSON == true { return nil }
        let lines = text.split(separator: .newline, maxSplits: 10_000)
        let begin = lines.lazy.map { $0.drop { $0.isBetweenRecords } }
        if begin.contains(where: { $0.first?.beginsJSON == true }) { return nil }
        if Array(text).offsetOfEvent != nil || lines.contains(where: { Array($0).isHeading }) { return nil }
        return begin.first { !$0.isEmpty }.flatMap(descriptionOfText) ?? nil
    }

    private static func descriptionOfMarkup(_ text: ArraySlice<UInt8>) -> String? {
        if Array(text).offsetOfEvent != nil { return nil }
        let beginning = String(decoding: text.prefix(1024), as: UTF8.self).lowercased()
        if beginning.contains("<!doctype html") || beginning.contains("<html") { return "HTML" }
        if beginning.contains("<objs") { return "CLIXML of PowerShell; use ConvertTo-Json" }
        return "XML without Event elements"
    }

    /// What a text that has no record looks like by its first line.
    private static func descriptionOfText(_ line: ArraySlice<UInt8>) -> String {
        if line.starts(with: "Event[".utf8) { return "the text of wevtutil; use /f:xml" }
        if line.starts(with: "---".utf8) { return "YAML" }
        for (separator, name) in [(",", "CSV"), ("\t", "tab-separated values"), (";", "CSV")] {
            if line.count(where: { $0 == separator.utf8.first }) >= 2 {
                return "\(name); export the records as JSON or XML"
            }
        }
        return "text that is neither JSON nor XML"
    }

    private static let signatures: [(bytes: [UInt8], offset: Int, description: String)] = [
        (Array("version https://git-lfs".utf8), 0, "a Git LFS pointer, not the file itself; run git lfs pull"),
        (Array("Rar!".utf8), 0, "a RAR archive; unpack it first"),
        (Array("MSCF".utf8), 0, "a cabinet archive; unpack it first"),
        (Array("MZ".utf8), 0, "a Windows program"),
        ([0x7F, 0x45, 0x4C, 0x46], 0, "a program"),
        (Array("LfLe".utf8), 4, "an event log of Windows XP (.evt)"),
        (Array("%PDF".utf8), 0, "a PDF"),
        (Array("SQLite format 3".utf8), 0, "an SQLite database"),
        (Array("PAR1".utf8), 0, "Parquet; export the records as JSON"),
        ([0xD4, 0xC3, 0xB2, 0xA1], 0, "a packet capture"),
        ([0xA1, 0xB2, 0xC3, 0xD4], 0, "a packet capture"),
        ([0x0A, 0x0D, 0x0D, 0x0A], 0, "a packet capture"),
        ([0x89, 0x50, 0x4E, 0x47], 0, "a picture"),
        ([0xFF, 0xD8, 0xFF], 0, "a picture"),
    ]
}

extension [UInt8] {
    /// Whether every second byte is zero, as in UTF-16 of a text that is mostly ASCII.
    fileprivate var looksLikeUTF16: Bool {
        let head = prefix(256)
        guard head.count >= 8 else { return false }
        let zeros = [0, 1].map { parity in head.indices.count { $0 % 2 == parity && head[$0] == 0 } }
        let half = head.count / 2
        return zeros.contains { $0 * 4 >= half * 3 } && zeros.contains { $0 * 4 <= half }
    }
}

extension UInt8 {
    /// Whether an object or an array begins with the byte.
    fileprivate var beginsJSON: Bool { self == UInt8(ascii: "{") || self == UInt8(ascii: "[") }
}
