import Bytes

/// A noun of the driver: the columns that all tables share.
///
/// Rules, flags, operations, statuses, routines, events, counters and settings each have one table (decision 28). The glossary,
/// `GET /v1/vocabulary`, the help texts of the metrics and the schemas of openapi.yaml are printed from these lines.
public struct Term: Hashable, Sendable {
    /// How its value is written.
    public enum Value: Hashable, Sendable {
        /// A type of operation: a number.
        case number(Int64)
        /// A mask or a magic: hex, unpadded.
        case hex(UInt64)
        /// A status: eight hex digits.
        case status(UInt32)
    }

    /// Our name.
    public let name: String
    /// The driver's name, as given by the analyst; nil if there is none.
    public let driverName: String?
    /// Its value; nil for a noun without one.
    public let value: Value?
    /// How certain it is, and its source.
    public let provenance: Provenance
    /// Its meaning: a phrase without a period and without rule ids.
    public let meaning: String
    /// The rules of the driver model that involve it, `["IMG-4"]`.
    public let rules: [String]

    /// A noun whose name differs from the driver's, or that the driver does not have.
    public init(
        _ name: String, driverName: String?, value: Value? = nil, _ provenance: Provenance, _ meaning: String,
        rules: [String] = []
    ) {
        self.name = name
        self.driverName = driverName
        self.value = value
        self.provenance = provenance
        self.meaning = meaning
        self.rules = rules
    }

    /// A noun that has the driver's name.
    public init(
        _ name: String, value: Value? = nil, _ provenance: Provenance, _ meaning: String, rules: [String] = []
    ) {
        self.init(name, driverName: name, value: value, provenance, meaning, rules: rules)
    }

    /// Its meaning with the rule ids in parentheses, as in docs and the vocabulary.
    public var explanation: String { rules.isEmpty ? meaning : "\(meaning) (\(rules.joined(separator: ", ")))" }

    /// Its meaning and the driver's name as sentences, for pages that do not have columns for both.
    public var sentences: String {
        driverName.map { "\(explanation.asSentence) Driver: \($0)." } ?? explanation.asSentence
    }
}

extension Term.Value {
    /// The value in hex, as written in docs.
    public var text: String {
        switch self {
        case .number(let number): number.hex(uppercase: true)
        case .hex(let number): number.hex(uppercase: true)
        case .status(let status): NTStatus(rawValue: status).hex
        }
    }
}
