/// The tag of a call: the index of its step among those that were started. A service gets it as X-Request-Id.
public struct StepTag: Hashable, Sendable {
    /// The index.
    public let index: Int

    /// The tag of the step at `index`.
    public init(_ index: Int) { self.index = index }

    /// The tag that `text` writes; nil if somebody else made the call.
    public init?(_ text: String) {
        guard let index = Int(text), String(index) == text else { return nil }
        self.index = index
    }

    /// The tag as text.
    public var text: String { String(index) }
}
