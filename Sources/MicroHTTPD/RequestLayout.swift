/// Follows the parts of a request through the library's read buffer, where they lie as they came over the wire.
///
/// libmicrohttpd 0.9.75 to 0.9.77 end a line at a bare LF or CR too, end a text at a NUL, join folded lines in another place,
/// take a header without a name for the end of the headers, and let further spaces pass in the request line. None of
/// it shows in what they hand out, and each can make another server on the way see another request. All of it leaves
/// something else than a line end between two parts that must be neighbors.
struct RequestLayout {
    private(set) var isIntact = true
    private var beginning: UInt = 0
    private var expected: UInt = 0

    /// The method, where the request begins.
    mutating func start(_ part: UInt, count: Int) {
        isIntact = true
        beginning = part
        expected = part + UInt(count)
    }

    /// The next part of the request line: one space after the last.
    mutating func follow(_ part: UInt, count: Int) {
        isIntact = isIntact && part == expected + 1
        expected = part + UInt(count)
    }

    /// The next header: CR and LF after the last line.
    mutating func follow(name: UInt, valueEnd: UInt) {
        isIntact = isIntact && name == expected + 2
        expected = valueEnd
    }

    /// The end of the head, which is `headSize` bytes long: CR and LF twice, after the request line when there are no
    /// headers. The library has overwritten the empty line with NULs, so its bytes do not show what it was; but a NUL
    /// before or behind it makes the head longer.
    mutating func end(headSize: Int) {
        isIntact = isIntact && beginning + UInt(headSize) == expected + 4
    }
}
