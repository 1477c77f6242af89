import Bytes

/// The names that a step can use: those of earlier steps, and of the hosts.
struct NameScope {
    /// What a name stands for.
    enum Kind: String, CaseIterable {
        case process, thread, stream, step, host

        /// The kind with its article.
        var noun: String {
            switch self {
            case .process: "process"
            case .thread: "thread"
            case .stream: "stream context"
            case .step: "earlier step"
            case .host: "host"
            }
        }

        /// The kinds that share their names with this one: an expectation names a process and a thread in the same way.
        var sharing: [Kind] {
            switch self {
            case .process, .thread, .stream: [.process, .thread, .stream]
            case .step, .host: [self]
            }
        }
    }

    /// The names that the rounds of a `repeat` make.
    private struct Entry {
        let line: Int
        /// The text around the numbers of rounds.
        private let pieces: [[UInt8]]
        /// How many rounds each number counts.
        private let rounds: [Int]

        init(line: Int, pieces: [String], rounds: [Int]) {
            self.line = line
            self.pieces = pieces.map { Array($0.utf8) }
            self.rounds = rounds
        }

        func matches(_ name: [UInt8]) -> Bool {
            var rest = name[...]
            guard let first = pieces.first, let last = pieces.last, name.hasSuffix(last), rest.take(first) else {
                return false
            }
            for (piece, count) in zip(pieces.dropFirst(), rounds) {
                let digits = rest.prefix { $0.isDigit }
                guard digits.count == 1 || digits.first != UInt8(ascii: "0"),
                    let number = Int(String(decoding: digits, as: UTF8.self)), number < count
                else { return false }
                rest = rest.dropFirst(digits.count)
                guard rest.take(piece) else { return false }
            }
            return rest.isEmpty
        }
    }

    /// The names without numbers of rounds.
    private var plain: [Kind: [String: Int]] = [:]
    /// The same names by their shape.
    private var plainShapes: [Kind: [String: [[UInt8]]]] = [:]
    /// The names with them, by their shape.
    private var numbered: [Kind: [String: [Entry]]] = [:]
    /// All names, in order.
    private var names: [Kind: [(name: String, line: Int)]] = [:]

    /// A name with a mark for each run of digits. A number in it changes nothing but one of these runs.
    private static func shape(of name: String) -> String {
        var shape: [UInt8] = []
        for byte in name.utf8 {
            if !byte.isDigit { shape.append(byte) } else if shape.last != 0 { shape.append(0) }
        }
        return String(decoding: shape, as: UTF8.self)
    }

    /// Adds a name, unless it is taken: then nothing changes.
    ///
    /// - Parameters:
    ///   - pieces: the text around the numbers of rounds.
    ///   - rounds: how many rounds each number counts.
    /// - Returns: the owner of the name, or of the name that a later round makes; nil if all of these were free.
    mutating func add(
        _ kind: Kind, _ name: String, line: Int, pieces: [String]? = nil, rounds: [Int] = []
    ) -> Owner? {
        for other in kind.sharing {
            if let line = self.line(of: other, name) { return Owner(kind: other, name: name, line: line) }
        }
        let shape = Self.shape(of: name)
        if let pieces, pieces.count > 1 {
            let entry = Entry(line: line, pieces: pieces, rounds: rounds)
            for other in kind.sharing {
                guard let bytes = plainShapes[other]?[shape]?.first(where: { entry.matches($0) }) else { continue }
                let name = String(decoding: bytes, as: UTF8.self)
                return Owner(kind: other, name: name, line: plain[other]?[name] ?? line)
            }
            numbered[kind, default: [:]][shape, default: []].append(entry)
        } else {
            plain[kind, default: [:]][name] = line
            plainShapes[kind, default: [:]][shape, default: []].append(Array(name.utf8))
        }
        names[kind, default: []].append((name, line))
        return nil
    }

    /// A thing that has a name.
    struct Owner {
        let kind: Kind
        let name: String
        let line: Int
    }

    /// Whether something of this kind is called `name`.
    func contains(_ kind: Kind, _ name: String) -> Bool { line(of: kind, name) != nil }

    /// The line that gives `name`.
    func line(of kind: Kind, _ name: String) -> Int? {
        if let line = plain[kind]?[name] { return line }
        guard let numbered = numbered[kind] else { return nil }
        let bytes = Array(name.utf8)
        return numbered[Self.shape(of: name)]?.first { $0.matches(bytes) }?.line
    }

    /// Says that nothing is called `name`, and what was probably meant.
    func fault(_ kind: Kind, _ name: String) -> (detail: String, nearest: String?) {
        let fault = "no \(kind.noun) is called \(name.quoted()) here"
        let names = names[kind] ?? []
        if let nearest = names.lazy.map(\.name).nearest(to: name) {
            let line = line(of: kind, nearest)
            return ("\(fault); \(nearest.quoted()) is" + (line.map { " (line \($0))" } ?? ""), nearest)
        }
        if let other = Kind.allCases.first(where: { $0 != kind && contains($0, name) }) {
            return ("\(fault); it is a \(other.noun)", nil)
        }
        return (fault + names.map(\.name).listed, nil)
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
        count >= suffix.count && self[(count - suffix.count)...] == suffix[...]
    }
}

extension ArraySlice<UInt8> {
    /// Takes `piece` off the front; false if something else is there.
    fileprivate mutating func take(_ piece: [UInt8]) -> Bool {
        guard starts(with: piece) else { return false }
        self = dropFirst(piece.count)
        return true
    }
}
