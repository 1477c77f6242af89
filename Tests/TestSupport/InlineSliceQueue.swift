public import Driver

/// Does long work at once, on the submitting thread.
public struct InlineSliceQueue: SliceQueue {
    /// A queue; all are alike.
    public init() {}

    /// Calls `slice` until it returns false.
    public func run(_ slice: @escaping @Sendable () -> Bool) {
        while slice() {}
    }
}
