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
        let pieces: [String]
        /// How many rounds each number counts.
        let rounds: [Int]

        func matches(_ name: String) -> Bool {
            var rest = name[...]
            guard let first = pieces.first, rest.hasPrefix(first) else { return false }
            rest = rest.dropFirst(first.count)
            for (piece, count) in zip(pieces.dropFirst(), rounds) {
                let digits = rest.prefix { $0.isASCII && $0.isNumber }
                guard let number = Int(digits), String(number) == digits, number < count else { return false }
                rest = rest.dropFirst(digits.count)
                guard rest.hasPrefix(piece) else { return false }
                rest = rest.dropFirst(piece.count)
            }
            return rest.isEmpty
        }
    }

    /// The names without numbers of rounds.
    private var plain: [Kind: [String: Int]] = [:]
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
    /// - Returns: the kind and the line of the thing that has the name already; nil if the name was free.
    mutating func add(
        _ kind: Kind, _ name: String, line: Int, pieces: [String]? = nil, rounds: [Int] = []
    ) -> (kind: Kind, line: Int)? {
        for other in kind.sharing {
            if let line = self.line(of: other, name) { return (other, line) }
        }
        names[kind, default: []].append((name, line))
        if let pieces, pieces.count > 1 {
            let entry = Entry(line: line, pieces: pieces, rounds: rounds)
            numbered[kind, default: [:]][Self.shape(of: name), default: []].append(entry)
        } else {
            plain[kind, default: [:]][name] = line
        }
        return nil
    }

    /// Whether something of this kind is called `name`.
    func contains(_ kind: Kind, _ name: String) -> Bool { line(of: kind, name) != nil }

    /// The line that gives `name`.
    func line(of kind: Kind, _ name: String) -> Int? {
        if let line = plain[kind]?[name] { return line }
        guard let numbered = numbered[kind] else { return nil }
        return numbered[Self.shape(of: name)]?.first { $0.matches(name) }?.line
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
