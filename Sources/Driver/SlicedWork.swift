import Locking

/// Long work, done one slice at a time.
public protocol SlicedWork: Sendable {
    associatedtype Outcome: Sendable

    /// Runs one slice: at most 5 ms, usually much less. Returns the outcome once the work is done.
    mutating func advance() -> Outcome?
}

/// A queue for long work. It runs one slice of each piece of work in turn.
public protocol SliceQueue: Sendable {
    /// Calls `slice` until it returns false, never twice at once, on any thread.
    func run(_ slice: @escaping @Sendable () -> Bool)
}

extension SliceQueue {
    /// Runs `work`: the first slice here and, if that is not all, the others on the queue, in turn with other work.
    ///
    /// `completion` is called once, before this returns or on one of the queue's threads. If `isWanted` returns false,
    /// the work is abandoned and `completion` is not called.
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
