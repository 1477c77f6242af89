import Bytes

/// The entity tag of an answer: the first 16 hex digits of the SHA-256 of its bytes (RFC 9110, section 8.8.3).
struct EntityTag: Hashable, Sendable {
    /// The tag in quotes, as the header `ETag` has it.
    let value: String

    /// The tag of `bytes`.
    init(of bytes: UnsafeRawBufferPointer) {
        value = "\"\(SHA256.digest(of: bytes).prefix(8).hexPairs())\""
    }

    /// Whether one of the values of `If-None-Match` names this tag. A list may span several headers, `*` names every tag, and
    /// the comparison ignores `W/`. A malformed rest of a list is ignored.
    func isMatched(by ifNoneMatch: [String]) -> Bool {
        ifNoneMatch.contains { isNamed(in: Array($0.utf8)[...]) }
    }

    private func isNamed(in list: ArraySlice<UInt8>) -> Bool {
        var rest = list
        while true {
            rest = rest.drop { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if rest.first == UInt8(ascii: "*") { return true }
            if rest.starts(with: "W/".utf8) { rest = rest.dropFirst(2) }
            guard rest.first == UInt8(ascii: "\""),
                let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\""))
            else { return false }
            if rest[...end].elementsEqual(value.utf8) { return true }
            rest = rest[(end + 1)...]
        }
    }
}
