import Bytes

/// Splits an upload into lines, independent of its chunks. It keeps at most one unfinished line.
struct LineSplitter {
    /// A line without its newline.
    enum Line {
        /// In the chunk itself.
        case inPlace(UnsafeRawBufferPointer)
        /// Joined from several chunks.
        case joined([UInt8])
        /// Longer than allowed; its bytes were discarded.
        case tooLong
    }

    private let maxLineBytes: Int
    private var unfinished: [UInt8] = []
    private var isSkipping = false

    init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

    /// The next line of `bytes` from `offset`, which moves past it; nil without a further newline.
    mutating func next(in bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Line? {
        guard offset < bytes.count else { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        guard let length = rest.offset(of: UInt8(ascii: "\n")) else {
            offset = bytes.count
            keep(rest)
            return nil
        }
        offset += length + 1
        let piece = UnsafeRawBufferPointer(rebasing: rest[..<length])
        if unfinished.isEmpty, !isSkipping, length <= maxLineBytes {
            return .inPlace(piece)
        }
        keep(piece)
        return finish()
    }

    /// Moves `offset` past the complete blank lines that begin there, and returns their number.
    ///
    /// - Complexity: O(bytes of the blank lines); O(1) if the next line is not blank.
    mutating func skipBlankLines(in bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Int {
        guard unfinished.isEmpty, !isSkipping else { return 0 }
        var (count, index) = (0, offset)
        while index < bytes.count, bytes[index] <= UInt8(ascii: " ") {
            switch bytes[index] {
            case UInt8(ascii: "\n"):
                // A line that is too long is a fault, whatever is in it.
                guard index - offset <= maxLineBytes else { return count }
                count += 1
                offset = index + 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return count
            }
            index += 1
        }
        return count
    }

    /// The last line, if the upload does not end with a newline.
    mutating func last() -> Line? {
        unfinished.isEmpty && !isSkipping ? nil : finish()
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        if isSkipping { return }
        if unfinished.count + piece.count > maxLineBytes {
            unfinished = []
            isSkipping = true
        } else {
            unfinished.append(contentsOf: piece)
        }
    }

    private mutating func finish() -> Line {
        defer {
            unfinished = []
            isSkipping = false
        }
        return isSkipping ? .tooLong : .joined(unfinished)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether all bytes are white space.
    var isBlank: Bool {
        allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }
}
