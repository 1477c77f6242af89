import Bytes

extension TokenTable {
    /// What is wrong with a line of a file of tokens. It never shows the token.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line, from 1; nil where it is the whole file.
        public let line: Int?
        /// What is wrong, as a phrase.
        public let detail: String

        /// `line 3: ...`.
        public var description: String { line.map { "line \($0): \(detail)" } ?? detail }
    }

    /// All faults of a file of tokens.
    public struct Faults: Error, Hashable, Sendable {
        /// In the order of the lines, one at least.
        public let all: [Fault]
    }

    /// Most tokens of a file.
    public static let maximumCount = 1024

    /// Reads the text of a file of tokens: a line for each, with a name, a role and the token between blanks; empty
    /// lines and those that begin with `#` are passed over.
    ///
    /// A name has 1 to 64 letters, digits, `.`, `_` and `-`, and stands once. A token has 16 to 512 of the characters
    /// that a bearer token may have (RFC 6750, section 2.1), and stands once.
    ///
    /// - Throws: all faults; one of them is that there is no token.
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
        if faults.isEmpty && count == 0 { faults.append(Fault(line: nil, detail: "there is no token in it")) }
        guard faults.isEmpty else { throw Faults(all: faults) }
    }

    private mutating func add(_ words: [ArraySlice<UInt8>], line: Int) throws(Fault) {
        func fault(_ detail: String) -> Fault { Fault(line: line, detail: detail) }
        guard words.count == 3 else { throw fault("is not a name, a role and a token") }
        let name = String(decoding: words[0], as: UTF8.self)
        guard 1...64 ~= words[0].count, words[0].allSatisfy(\.isNameCharacter) else {
            throw fault("the name is not 1 to 64 letters, digits, '.', '_' and '-'")
        }
        guard let role = Role(rawValue: String(decoding: words[1], as: UTF8.self)) else {
            throw fault("the role is not one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let token = words[2]
        let padding = token.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard 16...512 ~= token.count, padding < token.count, token.dropLast(padding).allSatisfy(\.isBearerCharacter)
        else { throw fault("the token is not 16 to 512 letters, digits, '-', '.', '_', '~', '+' and '/'") }
        guard !has(name: name) else { throw fault("the name \(name) stands twice") }
        if let other = caller(presenting: token) { throw fault("the token is that of \(other.name) too") }
        guard count < TokenTable.maximumCount else {
            throw fault("is one too many, at most \(TokenTable.maximumCount) are allowed")
        }
        add(token, name: name, role: role)
    }
}

extension UInt8 {
    fileprivate var isNameCharacter: Bool { isLetterOrDigit || "._-".utf8.contains(self) }

    fileprivate var isBearerCharacter: Bool { isLetterOrDigit || "-._~+/".utf8.contains(self) }
}
