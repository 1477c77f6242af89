/// A type of message.
public protocol MessageOperation: RawRepresentable<Int32>, CaseIterable, Hashable, Sendable {
    /// Its line in the table of operations: name, driver's name, value, source and meaning.
    var term: Term { get }
}

extension MessageOperation {
    /// The analyst's name, as the API spells it.
    public var name: String { term.name }

    /// The operation named `name`.
    public init?(name: String) {
        guard let operation = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = operation
    }

    /// Each operation's name by its value.
    static var valueNames: [UInt64: String] {
        Dictionary(uniqueKeysWithValues: allCases.map { (UInt64($0.rawValue), $0.name) })
    }
}

/// The table of one kind of operation, with one line for each, looked up by value.
struct OperationTable<Operation: MessageOperation, Body: Sendable>: Sendable {
    /// The facts about one type of message.
    struct Line: Sendable {
        let operation: Operation
        let term: Term
        let isHighPriority: Bool
        /// Builds the form. It instantiates the layout's key paths, which those who only ask for the term need not wait for.
        let form: @Sendable () -> BodyForm<Body>

        /// An operation known from part 2, with the given form. `highPriority` selects its list unless the sender
        /// chooses otherwise (ASY-1).
        init(
            _ operation: Operation, _ name: String, driverName: String? = nil, _ meaning: String,
            from provenance: Provenance = .known("part 2"), rules: [String] = [], highPriority: Bool = false,
            _ form: @autoclosure @escaping @Sendable () -> BodyForm<Body>
        ) {
            self.operation = operation
            self.form = form
            isHighPriority = highPriority
            term = Term(
                name, driverName: driverName ?? name, value: .number(Int64(operation.rawValue)), provenance,
                highPriority ? meaning + "; high priority by default" : meaning,
                rules: highPriority ? rules + ["ASY-1"] : rules)
        }
    }

    /// Lines by value; nil for values that the driver does not use.
    private let lines: [Line?]

    init(_ lines: [Line]) {
        var table = [Line?](repeating: nil, count: 1 + Int(lines.map(\.operation.rawValue).max() ?? 0))
        for line in lines { table[Int(line.operation.rawValue)] = line }
        self.lines = table
    }

    subscript(operation: Operation) -> Line {
        guard let line = lines[Int(operation.rawValue)] else {
            preconditionFailure("\(operation) has no line in its table")
        }
        return line
    }
}
