import Bytes

extension UInt8 {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")

    /// White space of JSON and XML.
    var isBlank: Bool { self == .space || self == .newline || self == .carriageReturn || self == UInt8(ascii: "\t") }

    /// Whether the byte may stand between records without a meaning: a blank, a comma, a control character such as the record
    /// separator of RFC 7464, a byte of a byte order mark.
    var isBetweenRecords: Bool {
        self <= .space || self == UInt8(ascii: ",") || self == 0xEF || self == 0xBB || self == 0xBF
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The text without blanks and commas at its end.
    var withoutTrailingCommas: SubSequence {
        var end = endIndex
        while end > startIndex, self[end - 1].isBlank || self[end - 1] == UInt8(ascii: ",") { end -= 1 }
        return self[..<end]
    }

    /// The text as it is, unless a comma is at its end.
    var withoutTrailingComma: SubSequence {
        let text = withoutTrailingCommas
        return self[text.endIndex...].contains(UInt8(ascii: ",")) ? text : self[...]
    }

    /// Whether the text ends as an object does.
    var endsLikeObject: Bool { withoutTrailingCommas.last == UInt8(ascii: "}") }
}
