import Bytes

extension RecordFramer {
    /// Whether the text that begins with `head` has a record, or other text, on each line, so that its lines can be read as they
    /// are, in any order. Nil if more of it is needed.
    public static func hasRecordPerLine(_ head: [UInt8]) -> Bool? {
        guard let start = head.firstIndex(where: { !$0.isBetweenRecords }),
            let end = head[start...].firstIndex(of: .newline)
        else { return nil }
        switch head[start] {
        case UInt8(ascii: "["), UInt8(ascii: "<"): return false
        // Its record could go on.
        case UInt8(ascii: "{") where !head[start..<end].endsLikeObject: return false
        default: break
        }
        let line = head[(head[..<start].lastIndex(of: .newline).map { $0 + 1 } ?? 0)..<end]
        return framed(line).elementsEqual(line.last == .carriageReturn ? line.dropLast() : line)
    }

    /// What becomes of a line; several records are one text, with newlines in between.
    private static func framed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var framer = RecordFramer(passesLines: false)
        var framed: [UInt8] = []
        line.withUnsafeBytes { framer.convert($0, into: &framed) }
        framer.finish(into: &framed)
        return framed.last == .newline ? framed.dropLast() : framed[...]
    }
}
