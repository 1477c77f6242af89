import Glibc

/// Cuts an upload into lines, whatever chunks it comes in. Keeps one unfinished line at most.
struct LineSplitter {
    /// A line without its newline.
    enum Line {
        /// In the chunk itself.
        case inPlace(UnsafeRawBufferPointer)
        /// Put together from several chunks.
        case joined([UInt8])
        /// Longer than allowed; its bytes are gone.
        case tooLong
    }

    private let maxLineBytes: Int
    private var unfinished: [UInt8] = []
    private var isSkipping = false

    init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

    /// The next line that `bytes` finish, from `offset` on, which moves behind it; nil when they hold no newline any more.
    mutating func next(in bytes: UnsafeRawBufferPointer, from offset: inout Int) -> Line? {
        guard offset < bytes.count else { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        guard let length = rest.length(upTo: UInt8(ascii: "\n")) else {
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

    /// Moves `offset` behind the blank lines that `bytes` begin with there and finish; how many they are. It costs a look at
    /// each byte of them, and nothing where the next line is not blank.
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

    /// What is left when the upload is complete: a last line without a newline.
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
    /// How many bytes there are before the first `byte`; nil without one.
    fileprivate func length(upTo byte: UInt8) -> Int? {
        guard let start = baseAddress, let found = memchr(start, Int32(byte), count) else { return nil }
        return UnsafeRawPointer(found) - start
    }

    /// Whether there is nothing here but white space.
    var isBlank: Bool {
        allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }
}
