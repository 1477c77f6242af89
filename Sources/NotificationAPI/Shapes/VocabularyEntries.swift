import Bytes
public import Driver
public import Messages
public import Vocabulary

/// Entries of the vocabulary: all of them, or those of one name.
public struct VocabularyEntries: Sendable {
    /// The terms of each group.
    public let groups: [(group: Vocabulary.Group, terms: [Term])]
    /// Conditions that the routines check.
    public let conditions: [Check.Line]
    /// Types of problems, sorted by name.
    public let problems: [ProblemType]
    /// Layouts of structures.
    public let layouts: [Vocabulary.Layout]

    /// All entries.
    public static let all = VocabularyEntries(
        groups: Vocabulary.groups.map { ($0, $0.terms) }, conditions: Vocabulary.conditions,
        problems: ProblemType.sorted, layouts: Vocabulary.layouts)

    /// The entries called `name`: terms by our name, the driver's, the last part of either, or their value in hex, conditions by
    /// their text or their routine, both by a rule of the driver model, layouts by their structure or an operation that uses it,
    /// problems by name or path. Nil if there is none.
    public static func named(_ name: String) -> VocabularyEntries? {
        let code = name.hasPrefix("0x") ? UInt64(hexDigits: name.dropFirst(2).utf8) : nil
        let found = VocabularyEntries(
            groups: all.groups.map { group, terms in
                (
                    group,
                    terms.filter { $0.isCalled(name) || code != nil && $0.value?.code == code }
                )
            },
            conditions: all.conditions.filter {
                "\($0.text)" == name || $0.check.routine.name == name || $0.rule == name
            },
            problems: all.problems.filter { $0.rawValue == name || $0.path == name },
            layouts: all.layouts.filter { $0.structure.name == name || $0.operations.contains(name) })
        return found.names.isEmpty ? nil : found
    }

    /// The error text for a name that has no entries, as a sentence.
    public static func fault(ofName name: String) -> String {
        "\(name.quoted()) is not in the vocabulary\(all.names.hint(for: name))".asSentenceEnd
    }

    /// The names of the entries.
    private var names: [String] {
        groups.flatMap { $0.terms.flatMap { [$0.name, $0.driverName ?? $0.name] } } + conditions.map { "\($0.text)" }
            + problems.map(\.rawValue) + layouts.map(\.structure.name)
    }
}

extension Term {
    /// Whether `name` is its name, the driver's or the last part of one of them, a path that its name matches (`*` stands for any
    /// part), or a rule that involves it.
    fileprivate func isCalled(_ name: String) -> Bool {
        if self.name == name || driverName == name || rules.contains(name) { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return [self.name, driverName].compactMap(\.self).contains { own in
            let ownParts = own.split(separator: ".")
            if parts.count == 1 { return ownParts.last == parts[0] }
            return ownParts.count == parts.count && zip(ownParts, parts).allSatisfy { $0 == "*" || $0 == $1 }
        }
    }
}

extension Term.Value {
    /// The value as a number; nil for a negative one.
    fileprivate var code: UInt64? {
        switch self {
        case .number(let number): UInt64(exactly: number)
        case .hex(let number): number
        case .status(let status): UInt64(status)
        }
    }
}
