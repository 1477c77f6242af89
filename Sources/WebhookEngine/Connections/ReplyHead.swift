import Bytes

/// The status line and the headers of an HTTP answer, as far as they matter here: the status, the type of the content, and
/// where it ends.
struct ReplyHead {
    /// Where an answer ends.
    enum Framing: Hashable {
        /// It is an informational one; another follows.
        case interim
        /// After this many bytes of content.
        case length(Int)
        /// After the last chunk.
        case chunked
        /// With the connection.
        case untilClose
        /// It is ambiguous; the text says why.
        case invalid(String)
    }

    /// The status; 0 before the status line.
    private(set) var status = 0
    /// The value of Content-Type; the last one if there are several.
    private(set) var contentType: String?
    /// Whether the connection ends with the answer, whatever else it says.
    var closes = false
    private var isVersion10 = false
    private var keepsAlive = false
    private var length: UInt64?
    private var isChunked = false
    private var hasOtherCoding = false

    /// Whether the connection stays open after the answer (RFC 9112, sections 9.3 and 6.1: HTTP/1.0 has no chunks).
    var isPersistent: Bool { !closes && (!isVersion10 || keepsAlive && !isChunked) }

    /// Reads a status line; returns false if it is not one of HTTP/1.x.
    mutating func readStatusLine(_ line: Span<UInt8>) -> Bool {
        guard line.count >= 12, line.extracting(first: 7).equalsIgnoringCase("http/1."), line[7].isDigit,
            line[8] == UInt8(ascii: " "), line.count == 12 || line[12] == UInt8(ascii: " "),
            let status = line.extracting(9..<12).decimal(maxDigits: 3), status >= 100
        else { return false }
        self.status = Int(status)
        isVersion10 = line[7] == UInt8(ascii: "0")
        return true
    }

    /// Reads a header line; returns the fault in it, if there is one.
    mutating func readHeader(_ line: Span<UInt8>) -> String? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return "a header line of the answer has no colon"
        }
        // Also refuses a folded line, which could hide where the answer ends.
        guard line.extracting(first: colon).isToken else { return "a header of the answer has an invalid name" }
        let name = line.extracting(first: colon)
        let value = line.extracting(line.trim((colon + 1)..<line.count))
        switch colon {
        case 10 where name.equalsIgnoringCase("connection"):
            closes = closes || value.listContains { $0.equalsIgnoringCase("close") }
            keepsAlive = keepsAlive || value.listContains { $0.equalsIgnoringCase("keep-alive") }
        case 12 where name.equalsIgnoringCase("content-type"): contentType = String(decoding: value)
        case 14 where name.equalsIgnoringCase("content-length"):
            guard let number = value.decimal(maxDigits: 15), length == nil || length == number else {
                return "the answer has an invalid Content-Length"
            }
            length = number
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            hasOtherCoding = hasOtherCoding || isChunked || !value.equalsIgnoringCase("chunked")
            isChunked = true
        default: break
        }
        return nil
    }

    /// Where the answer ends, once all headers were read (RFC 9112, section 6.3).
    var framing: Framing {
        switch status {
        case 101: return .invalid("the engine switches to another protocol")
        case 100..<200: return .interim
        case 204, 304: return .length(0)
        default: break
        }
        if hasOtherCoding { return .invalid("the answer has an unknown Transfer-Encoding") }
        guard isChunked else { return length.map { .length(Int($0)) } ?? .untilClose }
        return length == nil ? .chunked : .invalid("the answer has both Content-Length and Transfer-Encoding")
    }
}

extension Span<UInt8> {
    /// Whether an item of this list, which commas separate, matches.
    fileprivate func listContains(_ matches: (Span<UInt8>) -> Bool) -> Bool {
        var start = 0
        while start <= count {
            let length = extracting(start...).firstIndex(of: UInt8(ascii: ",")) ?? count - start
            if matches(extracting(trim(start..<start + length))) { return true }
            start += length + 1
        }
        return false
    }
}

extension String {
    fileprivate init(decoding bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
