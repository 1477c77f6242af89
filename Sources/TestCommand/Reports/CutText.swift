extension String {
    /// The first part of the text with at most `limit` bytes, and a last line that says how many are missing; the text itself
    /// if it fits.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let note = "\n(cut: \(utf8.count) bytes, see the JSON report)"
        var end = utf8.index(startIndex, offsetBy: max(0, limit - note.utf8.count))
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end]) + note
    }
}
