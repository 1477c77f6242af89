import CEpoll  // brings sigset_t
import Glibc

/// Threads of our own, for work that may block.
enum DetachedThread {
    /// Runs `body` on a new thread, on which all signals are blocked: other threads wait for them. Returns 0, or the
    /// `errno` for which no thread could be created.
    static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        let context = Unmanaged.passRetained(Work(body: body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                DetachedThread.blockSignals()
                Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            return result
        }
        let detached = pthread_detach(thread)
        assert(detached == 0, "pthread_detach: \(detached)")
        return 0
    }

    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        let result = pthread_sigmask(SIG_BLOCK, &all, nil)
        assert(result == 0, "pthread_sigmask: \(result)")
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
