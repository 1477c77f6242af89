import Bytes

// The text around a fault of JSON's syntax, for messages.
extension UnsafeRawBufferPointer {
    /// `, not "x"`: the word or character at `offset`, with a hint if it is a known mistake; empty if it is not visible ASCII.
    func found(at offset: Int) -> String {
        let rest = dropFirst(offset).prefix(32)
        guard let first = rest.first, (0x21...0x7E).contains(first) else { return "" }
        let word = first.isLetterOrDigit ? rest.prefix(while: \.isLetterOrDigit).string : String(UnicodeScalar(first))
        let found = ", not " + word.quoted()
        if word == "'" { return found + "; use double quotes" }
        if isCommaBefore(offset), ["]", "}"].contains(word) { return found + "; remove the comma before it" }
        return found + ["true", "false", "null"].hint(for: word)
    }

    /// ` \x`: the escape that a backslash at `offset` begins; empty if its letter is not visible ASCII.
    func escape(at offset: Int) -> String {
        guard let letter = dropFirst(offset + 1).first, (0x21...0x7E).contains(letter) else { return "" }
        return " \\" + String(UnicodeScalar(letter))
    }

    /// `; write \n instead`: the escape of the control character at `offset`.
    func escapeHint(at offset: Int) -> String {
        guard let character = dropFirst(offset).first else { return "" }
        let escape =
            switch character {
            case UInt8(ascii: "\n"): "\\n"
            case UInt8(ascii: "\r"): "\\r"
            case UInt8(ascii: "\t"): "\\t"
            default: "\\u" + character.hexDigits(4)
            }
        return "; write \(escape) instead"
    }

    /// A hint if a backslash before a quote may have kept the string at `offset` open, as in `"C:\"`.
    func endHint(from offset: Int) -> String {
        let text = dropFirst(offset).prefix(4096)
        let isEscaped = zip(text, text.dropFirst()).contains { $0 == (UInt8(ascii: "\\"), UInt8(ascii: "\"")) }
        return isEscaped ? "; write \\\\ for a backslash before a quote" : ""
    }

    private func isCommaBefore(_ offset: Int) -> Bool {
        let blanks = " \t\r\n".utf8
        return prefix(offset).suffix(4096).last { !blanks.contains($0) } == UInt8(ascii: ",")
    }
}
