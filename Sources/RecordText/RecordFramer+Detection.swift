import Bytes

extension RecordFramer {
    /// Whether the text that begins with `head` has a record, or other text, on each line, so that its lines can be read as they
    /// are. Nil if more of it is needed.
    public static func hasRecordPerLine(_ head: [UInt8]) -> Bool? {
        guard let start = head.firstIndex(where: { !$0.isBetweenRecords }) else { return nil }
        guard let end = head[start...].firstIndex(of: .newline) else { return nil }
        switch head[start] {
        case UInt8(ascii: "["), UInt8(ascii: "<"): return false
        case UInt8(ascii: "{"): return head[start..<end].endsLikeObject
        default: return !Array(head[start..<end]).isHeading
        }
    }
}
