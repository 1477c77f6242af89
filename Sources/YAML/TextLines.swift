// The lines of a text. A line ends with LF, CR LF or CR.
extension UnsafeBufferPointer<UInt8> {
    /// The line of the byte at `offset`, from 1.
    func line(of offset: Int) -> Int {
        var line = 1
        var previous: UInt8 = 0
        for byte in prefix(offset) {
            if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") && previous != UInt8(ascii: "\r") { line += 1 }
            previous = byte
        }
        return line
    }

    /// The text of each line up to line `last`.
    func lines(to last: Int) -> [String] {
        var lines: [String] = []
        var start = 0
        while start < count, lines.count < last {
            let end = self[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? count
            lines.append(String(decoding: self[start..<end], as: UTF8.self))
            let isPair = end + 1 < count && self[end] == UInt8(ascii: "\r") && self[end + 1] == UInt8(ascii: "\n")
            start = end + (isPair ? 2 : 1)
        }
        return lines
    }
}
