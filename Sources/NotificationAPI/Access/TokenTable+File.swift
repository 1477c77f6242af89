import Bytes

extension TokenTable {
    /// A fault in a line of a token file. It never shows the token.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line, counted from 1; nil if the fault concerns the whole file.
        public let line: Int?
        /// The description: a phrase without a period.
        public let detail: String

        /// The fault with its line: `line 3: ...`.
        public var description: String { line.map { "line \($0): \(detail)" } ?? detail }
    }

    /// All faults of a token file.
    public struct Faults: Error, Hashable, Sendable {
        /// The faults in the order of their lines, at least one.
        public let all: [Fault]
    }

    /// The maximum number of tokens in a file.
    public static let maximumCount = 1024

    /// Parses the text of a token file. A line has a name, a role and a token, separated by spaces or tabs. Empty lines and
    /// lines that start with `#` are skipped.
    ///
    /// A name has 1 to 64 letters, digits, `.`, `_` and `-`. A token has 16 to 512 of the characters that bearer tokens may
    /// contain (RFC 6750, section 2.1). Both must be unique.
    ///
    /// - Throws: all faults. A file without tokens is a fault too.
    public init(text: [UInt8]) throws(Faults) {
        self.init()
        var faults: [Fault] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let first = words.first, first.first != UInt8(ascii: "#") else { continue }
            do throws(Fault) {
                try add(words, line: number + 1)
            } catch {
                faults.append(error)
            }
        }
        if faults.isEmpty && count == 0 { faults.append(Fault(line: nil, detail: "the file contains no tokens")) }
        guard faults.isEmpty else { throw Faults(all: faults) }
    }

    private mutating func add(_ words: [ArraySlice<UInt8>], line: Int) throws(Fault) {
        func fault(_ detail: String) -> Fault { Fault(line: line, detail: detail) }
        guard words.count == 3 else {
            throw fault("must be a name, a role and a token, with spaces between them; it has \(words.count) words")
        }
        let name = String(decoding: words[0], as: UTF8.self)
        guard 1...64 ~= words[0].count, words[0].allSatisfy(\.isNameCharacter) else {
            throw fault("the name must have 1 to 64 letters, digits, '.', '_' and '-'")
        }
        guard let role = Role(rawValue: String(decoding: words[1], as: UTF8.self)) else {
            // The word is not shown: in a wrong order of columns, it is the token.
            let roles = Role.allCases.map(\.rawValue)
            let hint = roles.hint(for: String(decoding: words[1], as: UTF8.self))
            throw fault("the role must be one of \(roles.joined(separator: ", "))" + hint)
        }
        let token = words[2]
        let padding = token.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard 16...512 ~= token.count, padding < token.count, token.dropLast(padding).allSatisfy(\.isBearerCharacter)
        else {
            let size = 16...512 ~= token.count ? "" : "; it has \(token.count) characters"
            throw fault("the token must have 16 to 512 letters, digits, '-', '.', '_', '~', '+' and '/'" + size)
        }
        guard !has(name: name) else { throw fault("duplicate name \(name)") }
        if let other = caller(presenting: token) { throw fault("\(other.name) has the same token") }
        guard count < TokenTable.maximumCount else {
            throw fault("too many tokens; at most \(TokenTable.maximumCount) are allowed")
        }
        add(token, name: name, role: role)
    }
}

extension UInt8 {
    fileprivate var isNameCharacter: Bool { isLetterOrDigit || "._-".utf8.contains(self) }

    fileprivate var isBearerCharacter: Bool { isLetterOrDigit || "-._~+/".utf8.contains(self) }
}
