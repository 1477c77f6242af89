import Messages

extension FileTime {
    /// Reads Sysmon's UtcTime: `yyyy-MM-dd HH:mm:ss.fff`, or ISO 8601 with a T and a Z. The time is UTC either way.
    init?(utcTime text: UnsafeBufferPointer<UInt8>) {
        guard (19...32).contains(text.count), text[10] == UInt8(ascii: " ") || text[10] == UInt8(ascii: "T") else {
            return nil
        }
        var iso = String(decoding: text[..<10], as: UTF8.self) + "T" + String(decoding: text[11...], as: UTF8.self)
        if !iso.hasSuffix("Z"), !iso.hasSuffix("+00:00") { iso += "Z" }
        self.init(iso)
    }
}
