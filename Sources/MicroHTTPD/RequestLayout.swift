/// Follows the parts of a request through the library's read buffer, where they lie as they came over the wire.
///
/// libmicrohttpd 0.9.75 ends a line at a bare LF or CR too, ends a text at a NUL, joins folded lines in another place,
/// takes a header without a name for the end of the headers, and lets further spaces pass in the request line. None of
/// it shows in what it hands out, and each can make another server on the way see another request. All of it leaves
/// something else than a line end between two parts that must be neighbours.
struct RequestLayout {
    /// The version whose buffer is known; later ones refuse all this themselves.
    static let knownVersion = "0.9.75"

    private(set) var isIntact = true
    private var expected: UInt = 0
    private var last: UnsafeRawPointer?

    /// The method, where the request begins.
    mutating func start(_ part: UnsafePointer<CChar>, count: Int) {
        isIntact = true
        last = nil
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
        last = valueEnd
    }

    /// The end of the headers: CR and LF twice, of which the library has made NULs.
    mutating func end() {
        // In the buffer even when it is full: the library's list of headers lies behind it.
        guard isIntact, let last else { return }
        isIntact = UnsafeRawBufferPointer(start: last, count: 4).allSatisfy { $0 == 0 }
    }
}
