extension Sequence<String> {
    /// The name that `word` most likely misspells; nil if no name is close enough.
    ///
    /// Upper and lower case, `_`, `-` and blanks do not count as differences. Otherwise at most two letters may be inserted,
    /// left out, replaced or swapped: one in words of three or four letters, a third of the letters of longer ones, up to 8.
    /// The first of equally close names wins. A name of which `word` is an abbreviation, with the same first four letters, wins
    /// against one that is more than two edits away. If none is close, it is the first name that begins with the four or more
    /// letters of `word`.
    ///
    /// - Complexity: O(total length of the names × length of `word`), less for names that begin differently. Words of more than
    ///   64 bytes have no closest name.
    public func nearest(to word: some StringProtocol) -> String? {
        guard word.utf8.count <= longestWord else { return nil }
        let letters = lettersOfName(word)
        if letters.isEmpty { return nil }
        // A short word is within two edits of many others.
        var limit =
            switch letters.count {
            case ..<3: 0
            case ..<5: 1
            default: Swift.min(Swift.max(2, letters.count / 3), mostEdits)
            }
        let most = limit
        var nearest: String?
        var longer: String?
        var whole: String?
        for name in self {
            let own = lettersOfName(name)
            if longer == nil, letters.count >= 4, own.starts(with: letters) { longer = name }
            if whole == nil, isAbbreviation(letters, of: own), own.count - letters.count <= most { whole = name }
            let distance = editDistance(letters, own, limit: limit)
            guard let distance else { continue }
            nearest = name
            limit = distance - 1
            if distance == 0 { break }
        }
        if nearest != nil, limit >= 2, let whole { return whole }
        return nearest ?? longer
    }

    /// `; did you mean NAME?` with the name closest to `word`; empty if there is none.
    public func hint(for word: some StringProtocol) -> String {
        nearest(to: word).map { "; did you mean \($0)?" } ?? ""
    }

    /// `; did you mean NAME?` with the name closest to `word`, or `; use one of a, b, c` with all names if none is close and
    /// there are at most 20.
    public func hintOrList(for word: some StringProtocol) -> String {
        let hint = hint(for: word)
        return hint.isEmpty ? listed : hint
    }

    /// `; use one of a, b, c` with all names; empty if there are none or more than 20.
    public var listed: String {
        let all = Array(self)
        return all.isEmpty || all.count > 20 ? "" : "; use one of \(all.joined(separator: ", "))"
    }
}

private let longestWord = 64
private let mostEdits = 8

private func lettersOfName(_ name: some StringProtocol) -> [UInt8] {
    name.utf8.compactMap { byte in
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: " ") ? nil : byte.asciiLowercased
    }
}

/// Whether `word` has the first four letters of `name`, and others of it in their order.
private func isAbbreviation(_ word: [UInt8], of name: [UInt8]) -> Bool {
    guard word.count > 4, name.starts(with: word.prefix(4)) else { return false }
    var rest = word[...]
    for letter in name where letter == rest.first { rest = rest.dropFirst() }
    return rest.isEmpty
}

/// The number of inserted, deleted, replaced and swapped letters between two words; nil if it exceeds `limit`.
///
/// - Complexity: O(length of `one` × `limit`): cells that are farther from the diagonal exceed the limit.
private func editDistance(_ one: [UInt8], _ other: [UInt8], limit: Int) -> Int? {
    if abs(one.count - other.count) > limit { return nil }
    let width = other.count + 1
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * width) { cells in
        cells.initialize(repeating: limit + 1)
        // Offsets of three rows, which take turns.
        var (beforeLast, last, current) = (0, width, 2 * width)
        for column in 0...Swift.min(limit, other.count) { cells[last + column] = column }
        var leastOfLast = 0
        for row in 1...one.count {
            let columns = Swift.max(0, row - limit)...Swift.min(other.count, row + limit)
            var least = limit + 1
            // The cells beside the band are left over from an earlier row.
            if columns.lowerBound > 0 { cells[current + columns.lowerBound - 1] = limit + 1 }
            if columns.upperBound < other.count { cells[current + columns.upperBound + 1] = limit + 1 }
            for column in columns {
                var distance = row
                if column > 0 {
                    let isSame = one[row - 1] == other[column - 1]
                    distance = Swift.min(
                        cells[last + column] + 1, cells[current + column - 1] + 1,
                        cells[last + column - 1] + (isSame ? 0 : 1))
                    if row > 1, column > 1, one[row - 1] == other[column - 2], one[row - 2] == other[column - 1] {
                        distance = Swift.min(distance, cells[beforeLast + column - 2] + 1)
                    }
                }
                cells[current + column] = distance
                least = Swift.min(least, distance)
            }
            // Later rows are at least as large as the smaller one of two rows: a swap skips one row.
            if Swift.min(least, leastOfLast) > limit { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
            leastOfLast = least
        }
        return cells[last + other.count] <= limit ? cells[last + other.count] : nil
    }
}
