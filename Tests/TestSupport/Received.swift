import Locking

/// The values that a completion was called with, in order. Can be called on any thread.
public final class Received<Value: Sendable>: Sendable {
    private let state = Locked<[Value]>([])

    /// Nothing yet.
    public init() {}

    /// All values.
    public var values: [Value] { state.withLock { $0 } }

    /// How often the completion was called.
    public var count: Int { state.withLock { $0.count } }

    /// Records a value; pass this as the completion.
    public func take(_ value: Value) { state.withLock { $0.append(value) } }
}
