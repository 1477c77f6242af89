import Locking

/// Work that may take long, done a slice at a time.
public protocol SlicedWork: Sendable {
    associatedtype Outcome: Sendable

    /// Does a slice: 5 ms at most, mostly much less. Returns what came of the whole once that is over.
    mutating func advance() -> Outcome?
}

/// Where long work is done: a slice of everything that was handed over, in turn.
public protocol SliceQueue: Sendable {
    /// Calls `slice` until it returns false, never twice at once, on any thread.
    func run(_ slice: @escaping @Sendable () -> Bool)
}

extension SliceQueue {
    /// Does `work`: its first slice here, and if that is not all, the others in turn with what else is queued.
    ///
    /// `completion` is called once, before this returns or on a thread of the queue's. Work that `isWanted` is false for is
    /// given up, and `completion` not called.
    public func finish<Work: SlicedWork>(
        _ work: Work, isWanted: @escaping @Sendable () -> Bool = { true },
        completion: @escaping @Sendable (Work.Outcome) -> Void
    ) {
        var work = work
        if let outcome = work.advance() { return completion(outcome) }
        let rest = Locked<Work?>(work)
        run {
            guard isWanted(), var work = rest.withLock({ $0.take() }) else { return false }
            if let outcome = work.advance() {
                completion(outcome)
                return false
            }
            rest.withLock { $0 = work }
            return true
        }
    }
}
