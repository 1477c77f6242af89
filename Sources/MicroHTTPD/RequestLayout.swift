/// Follows the parts of a request through the library's read buffer, where they lie as they came over the wire.
///
/// libmicrohttpd 0.9.75 ends a line at a bare LF or CR too, ends a text at a NUL, joins folded lines in another place,
/// and lets further spaces pass in the request line. None of it shows in what it hands out, and each can make another
/// server on the way see other headers. All of it leaves a gap between two parts that must be neighbours.
struct RequestLayout {
    /// The version whose buffer is known; later ones refuse all this themselves.
    static let knownVersion = "0.9.75"

    private(set) var isIntact = true
    private var expected: UInt = 0

    /// The method, where the request begins.
    mutating func start(_ part: UnsafePointer<CChar>, count: Int) {
        isIntact = true
        expected = UInt(bitPattern: part) + UInt(count)
    }

    /// The next part of the request line: one space after the last.
    mutating func follow(_ part: UInt, count: Int) {
        isIntact = isIntact && part == expected + 1
        expected = part + UInt(count)
    }

    /// The next header: CR and LF after the last line.
    mutating func follow(name: UnsafeRawPointer?, valueEnd: UnsafeRawPointer?) {
        isIntact = isIntact && UInt(bitPattern: name) == expected + 2
        expected = UInt(bitPattern: valueEnd)
    }
}
