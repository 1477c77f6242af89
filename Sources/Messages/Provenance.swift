/// How certain a fact about the driver is, and its source.
public struct Provenance: Hashable, Sendable {
    /// How certain a fact is.
    public enum Status: String, CaseIterable, Sendable {
        /// The analyst published it: in the text, in a header or as a memory dump.
        case known
        /// It follows from published sources, but none of them states it.
        case inferred
        /// No published source states it; it is our choice.
        case decided
        /// Two published sources contradict each other; a setting chooses.
        case disputed
    }

    /// How certain it is.
    public let status: Status
    /// Its source: a phrase without a period.
    public let source: String

    /// A fact that was published in `source`.
    public static func known(_ source: String) -> Provenance { Provenance(status: .known, source: source) }
    /// A fact that follows from `source`.
    public static func inferred(_ source: String) -> Provenance { Provenance(status: .inferred, source: source) }
    /// A choice of ours, for the reason `source`.
    public static func decided(_ source: String) -> Provenance { Provenance(status: .decided, source: source) }
    /// A fact on which published sources contradict each other; `source` names them.
    public static func disputed(_ source: String) -> Provenance { Provenance(status: .disputed, source: source) }
}
