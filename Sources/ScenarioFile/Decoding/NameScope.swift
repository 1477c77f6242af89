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
    }

    /// A name, or the names that the rounds of a `repeat` make.
    private struct Entry {
        let name: String
        let line: Int
        /// The text around the numbers of rounds; a single one for a name without them.
        let pieces: [String]
        /// How many rounds each number counts.
        let rounds: [Int]

        func matches(_ name: String) -> Bool {
            if pieces.count == 1 { return self.name == name }
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

    private var entries: [Kind: [Entry]] = [:]

    /// Adds a name; false if it is taken.
    ///
    /// - Parameters:
    ///   - pieces: the text around the numbers of rounds.
    ///   - rounds: how many rounds each number counts.
    mutating func add(_ kind: Kind, _ name: String, line: Int, pieces: [String]? = nil, rounds: [Int] = []) -> Bool {
        if contains(kind, name) { return false }
        entries[kind, default: []].append(Entry(name: name, line: line, pieces: pieces ?? [name], rounds: rounds))
        return true
    }

    /// Whether something of this kind is called `name`.
    func contains(_ kind: Kind, _ name: String) -> Bool { entries[kind]?.contains { $0.matches(name) } ?? false }

    /// The line that gives `name`.
    func line(of kind: Kind, _ name: String) -> Int? { entries[kind]?.first { $0.matches(name) }?.line }

    /// Says that nothing is called `name`, and what was probably meant.
    func fault(_ kind: Kind, _ name: String) -> String {
        let fault = "no \(kind.noun) is called \(name.quoted()) here"
        let names = entries[kind] ?? []
        if let nearest = names.map(\.name).nearest(to: name) {
            let line = names.first { $0.name == nearest }?.line
            return "\(fault); \(nearest.quoted()) is" + (line.map { " (line \($0))" } ?? "")
        }
        for other in Kind.allCases where other != kind && contains(other, name) {
            return "\(fault); it is a \(other.noun)"
        }
        return fault
    }
}
