import Glibc

/// State that only one thread at a time may access.
///
/// A `pthread_mutex_t` on the heap rather than `Synchronization.Mutex`, because the thread sanitizer does not see the
/// latter's futex and reports false races.
///
/// Never call out while it is held: decide under the lock, act after it.
public final class Locked<State>: @unchecked Sendable {  // `state` is only accessed under `mutex`
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline var state: State

    /// Takes ownership of `state`.
    public init(_ state: sending State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        // A thread that finds it locked spins for a moment before it sleeps: what is done under a lock is short.
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ADAPTIVE_NP))
        let result = pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
        precondition(result == 0, "pthread_mutex_init: \(result)")
    }

    deinit {
        let result = pthread_mutex_destroy(mutex)
        precondition(result == 0, "pthread_mutex_destroy: \(result)")
        mutex.deallocate()
    }

    /// Runs `body` with exclusive access to the state.
    ///
    /// Not recursive: a `body` that locks the same object again never returns.
    @inlinable
    public func withLock<Result, Failure: Error>(
        _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        lock()
        defer { unlock() }
        return try body(&state)
    }

    /// Runs `body` like `withLock`, unless another thread, or this one, has the state at the moment; then returns nil at once.
    public func withLockIfFree<Result>(_ body: (inout sending State) -> sending Result) -> sending Result? {
        guard pthread_mutex_trylock(mutex) == 0 else { return nil }
        defer { unlock() }
        return body(&state)
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
