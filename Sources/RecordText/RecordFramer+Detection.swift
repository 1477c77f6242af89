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
        let framed = line.withUnsafeBytes { RecordFramer.framed($0) }
        let record = framed.last == .newline ? framed.dropLast() : framed[...]
        return record.elementsEqual(line.last == .carriageReturn ? line.dropLast() : line)
    }

    /// The records on a line, each with a newline behind it.
    public static func framed(_ line: UnsafeRawBufferPointer) -> [UInt8] {
        var framer = RecordFramer(passesLines: false)
        var framed: [UInt8] = []
        framer.convert(line, into: &framed)
        framer.finish(into: &framed)
        return framed
    }
}
