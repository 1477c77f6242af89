import Locking

/// Calls a completion once a number of operations have finished.
final class CountdownLatch: Sendable {
    private let remaining: Locked<Int>
    private let completion: @Sendable () -> Void

    /// Waits for `count` operations; with 0, `completion` is called at once.
    init(count: Int, completion: @escaping @Sendable () -> Void) {
        remaining = Locked(count)
        self.completion = completion
        if count == 0 { completion() }
    }

    /// Records that one operation has finished.
    func countDown() {
        let isComplete = remaining.withLock { remaining in
            remaining -= 1
            return remaining == 0
        }
        if isComplete { completion() }
    }
}
