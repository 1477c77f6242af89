import Glibc

/// Runs `body` on `count` threads at once, each with its index, and returns when all have finished.
public func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let threads = (0..<count).map { index in startThread { body(index) } }
    for thread in threads {
        let result = pthread_join(thread, nil)
        precondition(result == 0, "pthread_join: \(result)")
    }
}

/// Runs `body` on a separate thread and does not wait for it.
public func detachThread(_ body: @escaping @Sendable () -> Void) {
    let result = pthread_detach(startThread(body))
    precondition(result == 0, "pthread_detach: \(result)")
}

private final class ThreadBody {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) -> pthread_t {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadBody(run))
    let result = pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }, context.toOpaque())
    precondition(result == 0, "pthread_create: \(result)")
    return thread
}
