import Bytes

/// Reads one HTTP/1.x answer, in parts of any size: plain state that knows nothing of sockets (decision 36).
///
/// It accepts only answers whose end is certain (RFC 9112, section 6.3).
struct ReplyReader {
    /// Maximum size of an answer's content in bytes, and of its header lines together.
    static let maxReplySize = 65_536
    /// Maximum number of bytes received for an answer: content, header lines and framing.
    static let maxReceivedSize = 262_144

    /// The fault of an answer that the end of the connection cut short.
    static let closedText = "the engine closed the connection before it answered"

    /// How far an answer has been read.
    enum Progress: Hashable {
        /// More bytes are needed.
        case partial
        /// The answer is complete.
        case complete
        /// It exceeds a limit; the text says which.
        case tooLarge(String)
        /// It is not an answer; the text says why.
        case invalid(String)
    }

    private enum Part {
        case statusLine
        case headerLine
        /// Content of which this many bytes are missing.
        case content(Int)
        case contentUntilClose
        case chunkSize
        /// A chunk of which this many bytes are missing.
        case chunk(Int)
        case chunkEnd
        case trailerLine
        case end
    }

    private struct Stop: Error {
        let progress: Progress
    }

    /// The head of the answer, as far as it has been read.
    private(set) var head = ReplyHead()
    /// The content, as far as it has been read.
    private(set) var body: [UInt8] = []
    private var part = Part.statusLine
    /// The beginning of a line whose end has not arrived.
    private var line: [UInt8] = []
    private var lineBytes = 0
    private var receivedBytes = 0
    private var hasExcess = false

    /// Whether another request may follow on the connection: the answer is complete, nothing follows it, and it does not
    /// announce that the connection ends.
    var keepsConnection: Bool {
        if case .end = part { head.isPersistent && !hasExcess } else { false }
    }

    /// Reads the next bytes.
    mutating func read(_ bytes: Span<UInt8>) -> Progress {
        receivedBytes += bytes.count
        guard receivedBytes <= Self.maxReceivedSize else {
            return .tooLarge("reply over \(Self.maxReceivedSize) bytes with its framing")
        }
        var position = 0
        do throws(Stop) {
            while position < bytes.count {
                if case .end = part {
                    hasExcess = true
                    break
                }
                position += try take(bytes.extracting(position...))
            }
        } catch {
            return error.progress
        }
        if case .end = part { return .complete }
        return .partial
    }

    /// Reads the end of the connection: the end of an answer that has no other, otherwise a fault.
    mutating func readEnd() -> Progress {
        guard case .contentUntilClose = part else {
            return .invalid(Self.closedText)
        }
        head.closes = true
        part = .end
        return .complete
    }

    /// Reads the first of `bytes`, at least one, and returns how many.
    private mutating func take(_ bytes: Span<UInt8>) throws(Stop) -> Int {
        switch part {
        case .statusLine, .headerLine, .chunkSize, .chunkEnd, .trailerLine: return try takeLine(bytes)
        case .content(let missing):
            let count = try append(bytes, limit: missing)
            part = count == missing ? .end : .content(missing - count)
            return count
        case .contentUntilClose: return try append(bytes, limit: bytes.count)
        case .chunk(let missing):
            let count = try append(bytes, limit: missing)
            part = count == missing ? .chunkEnd : .chunk(missing - count)
            return count
        case .end: return bytes.count
        }
    }

    private mutating func append(_ bytes: Span<UInt8>, limit: Int) throws(Stop) -> Int {
        let count = min(bytes.count, limit)
        try checkBody(body.count + count)
        bytes.extracting(first: count).withUnsafeBufferPointer { body.append(contentsOf: $0) }
        return count
    }

    private func checkBody(_ count: Int) throws(Stop) {
        if count > Self.maxReplySize { throw Stop(progress: .tooLarge("reply over \(Self.maxReplySize) bytes")) }
    }

    // MARK: Lines

    private mutating func takeLine(_ bytes: Span<UInt8>) throws(Stop) -> Int {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
        let count = end.map { $0 + 1 } ?? bytes.count
        try countLine(count)
        if end != nil, line.isEmpty {
            try takeWholeLine(bytes.extracting(first: count))
        } else {
            bytes.extracting(first: count).withUnsafeBufferPointer { line.append(contentsOf: $0) }
            guard end != nil else { return count }
            let whole = line
            line.removeAll()
            try takeWholeLine(whole.span)
        }
        return count
    }

    /// Takes a line with its end, which is CR LF or LF.
    private mutating func takeWholeLine(_ bytes: Span<UInt8>) throws(Stop) {
        let hasReturn = bytes.count > 1 && bytes[bytes.count - 2] == UInt8(ascii: "\r")
        let text = bytes.extracting(droppingLast: hasReturn ? 2 : 1)
        switch part {
        case .statusLine:
            guard head.readStatusLine(text) else { throw Self.invalid("the engine does not answer in HTTP/1.1") }
            part = .headerLine
        case .headerLine:
            if text.isEmpty { return try endHead() }
            if let fault = head.readHeader(text) { throw Self.invalid(fault) }
        case .chunkSize:
            guard let size = text.chunkSize else { throw Self.invalid("a chunk of the answer has an invalid size") }
            part = size == 0 ? .trailerLine : .chunk(size)
        case .chunkEnd:
            guard text.isEmpty else { throw Self.invalid("a chunk of the answer is longer than its size") }
            part = .chunkSize
        case .trailerLine: if text.isEmpty { part = .end }
        case .content, .contentUntilClose, .chunk, .end: break
        }
    }

    private mutating func endHead() throws(Stop) {
        switch head.framing {
        case .interim:
            head = ReplyHead()
            part = .statusLine
        case .length(0): part = .end
        case .length(let length):
            try checkBody(length)
            body.reserveCapacity(length)
            part = .content(length)
        case .chunked: part = .chunkSize
        case .untilClose: part = .contentUntilClose
        case .invalid(let fault): throw Self.invalid(fault)
        }
    }

    /// Counts `count` bytes of a line; the lines around chunks only count as received.
    private mutating func countLine(_ count: Int) throws(Stop) {
        switch part {
        case .chunkSize, .chunkEnd: return
        default: lineBytes += count
        }
        guard lineBytes <= Self.maxReplySize else {
            throw Stop(progress: .tooLarge("header lines of the reply over \(Self.maxReplySize) bytes"))
        }
    }

    private static func invalid(_ fault: String) -> Stop { Stop(progress: .invalid(fault)) }
}

extension Span<UInt8> {
    /// The size in front of a chunk, 1 to 8 hexadecimal digits, without what may follow it; nil if it is anything else.
    fileprivate var chunkSize: Int? {
        var size = 0
        var digits = 0
        while digits < count, let value = self[digits].hexValue {
            guard digits < 8 else { return nil }
            size = size << 4 | Int(value)
            digits += 1
        }
        let isWhole = digits == count || self[digits] == UInt8(ascii: ";") || self[digits].isSpaceOrTab
        return digits > 0 && isWhole ? size : nil
    }
}
