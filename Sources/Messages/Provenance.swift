/// How sure a fact about the driver is, and where it comes from.
public struct Provenance: Hashable, Sendable {
    /// How sure a fact is.
    public enum Status: String, CaseIterable, Sendable {
        /// The analyst published it: in the text, in a header or as a memory dump.
        case known
        /// It follows from what is published, and nothing published says it.
        case inferred
        /// Nothing published says it; it is our choice.
        case decided
        /// Two published sources contradict each other; a setting chooses.
        case disputed
    }

    /// How sure it is.
    public let status: Status
    /// Where it comes from, a phrase without a full stop.
    public let source: String

    /// A fact that was published in `source`.
    public static func known(_ source: String) -> Provenance { Provenance(status: .known, source: source) }
    /// A fact that follows from `source`.
    public static func inferred(_ source: String) -> Provenance { Provenance(status: .inferred, source: source) }
    /// A choice of ours, for the reason `source`.
    public static func decided(_ source: String) -> Provenance { Provenance(status: .decided, source: source) }
    /// A fact on which published sources contradict each other; `source` says which.
    public static func disputed(_ source: String) -> Provenance { Provenance(status: .disputed, source: source) }
}
