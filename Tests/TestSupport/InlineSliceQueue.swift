public import Driver

/// Does long work at once, on the thread that hands it over.
public struct InlineSliceQueue: SliceQueue {
    /// The one there is.
    public init() {}

    /// Calls `slice` until it returns false.
    public func run(_ slice: @escaping @Sendable () -> Bool) {
        while slice() {}
    }
}
