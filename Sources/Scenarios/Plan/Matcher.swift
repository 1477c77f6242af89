public import Driver

/// A condition on a value.
public indirect enum Matcher: Sendable {
    /// This value.
    case equals(ObservedValue)
    /// Any of these.
    case anyOf([Matcher])
    /// All of these.
    case allOf([Matcher])
    /// Not this.
    case not(Matcher)
    /// Within bounds, both included.
    case range(from: ObservedValue?, to: ObservedValue?)
    /// A text that matches, ignoring case.
    case glob(ImageNamePattern)
    /// A text in which the expression is found.
    case regex(any TextPattern)
    /// A word in which these bits are set.
    case hasBits(UInt32)
    /// A word in which these bits are not set.
    case lacksBits(UInt32)
    /// A list whose elements are these, in any order.
    case elements([Matcher])
    /// A list with an element for each of these.
    case has([Matcher])
    /// A list with no element for any of these.
    case lacks([Matcher])
    /// A value that is there, or is not.
    case present(Bool)
    /// A process.
    case process(Reference)
    /// A thread.
    case thread(Reference)
    /// An object whose members match.
    case members([FieldMatcher])
    /// Bytes; nil stands for any byte.
    case bytes([UInt8?])
}

/// A regular expression whose cost is bounded.
public protocol TextPattern: Sendable {
    /// Whether it is found in `text`.
    ///
    /// - Throws: If that costs too much.
    func isFound(in text: String) throws(PatternTooCostly) -> Bool
}

/// The matching of a text costs more than is allowed.
public struct PatternTooCostly: Error, Hashable, Sendable {
    /// Why.
    public let detail: String

    /// A cost that is described by `detail`.
    public init(detail: String) { self.detail = detail }
}
