/// The path of a value in its document, as faults show it: `steps[3].createThread.target`.
///
/// Indices of lists count from 0, as in JSON pointers.
public struct ValuePath: Hashable, Sendable {
    /// One step from a container to a value in it.
    public enum Step: Hashable, Sendable {
        /// To the member of this name.
        case key(String)
        /// To the item at this index.
        case index(Int)
    }

    /// The steps from the root.
    public var steps: [Step]

    /// The path of these steps; without any, the root's.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// The key of the last step; nil if that is an index, and for the root.
    public var lastKey: String? {
        if case .key(let key)? = steps.last { key } else { nil }
    }

    /// The maximum number of characters of a key that are shown.
    private static let longestKey = 64
}

extension ValuePath: CustomStringConvertible {
    /// The path as text; empty for the root. Long keys are cut and end with `…`.
    public var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key):
                if !text.isEmpty { text += "." }
                // The characters of a long key are not counted.
                let shown = key.unicodeScalars.prefix(ValuePath.longestKey)
                text.unicodeScalars += shown
                if shown.endIndex != key.unicodeScalars.endIndex { text += "…" }
            }
        }
    }
}
