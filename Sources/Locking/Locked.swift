import Glibc

/// State that only one thread at a time may touch.
///
/// A `pthread_mutex_t` on the heap, and not `Synchronization.Mutex`: the thread sanitizer does not see the latter's
/// futex and reports races that are none.
///
/// Nothing is called out to while it is held: decide under the lock, act after it.
public final class Locked<State>: @unchecked Sendable {  // `state` is reached under `mutex` alone
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var state: State

    /// Takes over `state`.
    public init(_ state: sending State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        let result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init: \(result)")
    }

    deinit {
        let result = pthread_mutex_destroy(mutex)
        precondition(result == 0, "pthread_mutex_destroy: \(result)")
        mutex.deallocate()
    }

    /// Runs `body` with the state to itself.
    ///
    /// Not recursive: a `body` that locks the same object again never returns.
    @inlinable
    public func withLock<Result, Failure: Error>(
        _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        lock()
        defer { unlock() }
        return try body(&unguarded)
    }

    @usableFromInline
    var unguarded: State {
        get { state }
        _modify { yield &state }
    }

    @usableFromInline
    func lock() {
        let result = pthread_mutex_lock(mutex)
        precondition(result == 0, "pthread_mutex_lock: \(result)")
    }

    @usableFromInline
    func unlock() {
        let result = pthread_mutex_unlock(mutex)
        precondition(result == 0, "pthread_mutex_unlock: \(result)")
    }
}
