import Bytes

extension DumpText {
    /// The first line in which most words are bytes, and the word that is none, as the end of a sentence; empty without such a line.
    public var nearMiss: String {
        var found = ""
        try? forEachLine { line, number in
            guard found.isEmpty, let word = line.oddWord else { return }
            found = "; line \(number) might be one, but \(word) is not a byte"
        }
        return found
    }
}

extension Span<UInt8> {
    /// The first word that is not a byte, if the line begins with a byte and has at least as many bytes as other words.
    fileprivate var oddWord: String? {
        withUnsafeBufferPointer { line in
            let words = line.split { !$0.isLetterOrDigit }
            let others = words.filter { !$0.isByte }
            guard let odd = others.first, odd.count <= 4, words[0].isByte, 2 * others.count <= words.count else {
                return nil
            }
            return String(decoding: odd, as: UTF8.self)
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Whether this is a byte in two hex digits, with or without a prefix.
    fileprivate var isByte: Bool {
        let digits = starts(with: "0x".utf8) ? dropFirst(2) : self
        return digits.count == 2 && digits.allSatisfy { $0.hexValue != nil }
    }
}
