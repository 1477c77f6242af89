import Bytes

extension Span<UInt8> {
    /// Whether the line shows `bytes` as text from `start` on, and nothing else.
    ///
    /// Printable characters of ASCII are shown as themselves; of the others, only their number matters. Blanks around the
    /// text may be missing, because many programs remove them.
    func shows(_ bytes: [UInt8], from start: Int) -> Bool {
        var (first, end) = (skipBlanks(from: start), count)
        while end > first, self[end - 1].isBlank { end -= 1 }
        guard start < first, first < end else { return false }
        let text = extracting(first..<end)
        if text.shows(bytes) { return true }
        // hexdump -C encloses the text in bars, od's z in angle brackets. hexyl has a line in the middle, too.
        guard text.isEnclosed else { return false }
        let inner = text.extracting(1..<text.count - 1)
        if inner.count == bytes.count, inner.shows(bytes) { return true }
        return inner.firstIndex(of: .box) != nil && inner.without(.box).span.shows(bytes)
    }

    /// Whether all of this text shows `bytes`, perhaps without blanks at both ends.
    private func shows(_ bytes: [UInt8]) -> Bool {
        let leading = Swift.min(bytes.prefix { !$0.isVisible }.count, 64)
        for offset in 0...leading where shows(bytes, offset: offset) { return true }
        return false
    }

    /// Whether this text shows `bytes` from `offset` on, and only blanks are missing around them.
    private func shows(_ bytes: [UInt8], offset: Int) -> Bool {
        let end = offset + count
        guard end <= bytes.count else { return false }
        var hasDots = false
        for place in indices {
            let byte = bytes[offset + place]
            guard self[place].shows(byte) else { return false }
            if byte != .space, !byte.isVisible, self[place].isVisible { hasDots = true }
        }
        // A program that shows some invisible bytes as dots shows none as blanks.
        return (bytes[..<offset] + bytes[end...]).allSatisfy { $0 == .space || !hasDots && !$0.isVisible }
    }

    /// Whether bars or angle brackets are around this text.
    private var isEnclosed: Bool {
        guard count >= 2 else { return false }
        return self[0].isBar && self[count - 1].isBar
            || self[0] == UInt8(ascii: ">") && self[count - 1] == UInt8(ascii: "<")
    }
}

extension UInt8 {
    /// Whether this is a character that ASCII has a sign for.
    fileprivate var isVisible: Bool { 0x21...0x7E ~= self }

    /// Whether this character of a text column can stand for `byte`.
    fileprivate func shows(_ byte: UInt8) -> Bool {
        if byte.isVisible { return self == byte }
        return !isVisible || self == UInt8(ascii: ".") || self == UInt8(ascii: "?") || self == UInt8(ascii: "_")
    }
}
