/// Checks that the parts of a request are adjacent in the library's read buffer, which has the bytes as received.
///
/// libmicrohttpd 0.9.75 to 0.9.77 accept a bare LF or CR as a line end, end strings at a NUL, join folded lines elsewhere
/// in memory, treat a header without a name as the end of the headers, and allow extra spaces in the request line. The
/// parsed request does not show any of this, and each can make a proxy see a different request. But each leaves
/// something other than CR LF between two parts that should be adjacent.
struct RequestLayout {
    private(set) var isIntact = true
    private var beginning: UInt = 0
    private var expected: UInt = 0

    /// The method, the start of the request.
    mutating func start(_ part: UInt, count: Int) {
        isIntact = true
        beginning = part
        expected = part + UInt(count)
    }

    /// The next part of the request line, one space after the previous part.
    mutating func follow(_ part: UInt, count: Int) {
        isIntact = isIntact && part == expected + 1
        expected = part + UInt(count)
    }

    /// The next header, CR LF after the previous line.
    mutating func follow(name: UInt, valueEnd: UInt) {
        isIntact = isIntact && name == expected + 2
        expected = valueEnd
    }

    /// The end of the head, which is `headSize` bytes long: CR LF twice after the last line. The library has overwritten the
    /// empty line with NULs, so its bytes cannot be checked, but a NUL before or after it would make the head longer.
    mutating func end(headSize: Int) {
        isIntact = isIntact && beginning + UInt(headSize) == expected + 4
    }
}
