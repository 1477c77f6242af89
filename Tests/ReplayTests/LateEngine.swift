import Driver
import Glibc
import Messages
import TestSupport

/// An engine that answers by its script, but only after `send` has returned, on the thread that runs `queue`.
struct LateEngine: EnginePort {
    let script: ScriptedEngine.Script
    let queue: ThreadWorkQueue

    init(script: @escaping ScriptedEngine.Script = { .acknowledging($0) }, queue: ThreadWorkQueue) {
        self.script = script
        self.queue = queue
    }

    func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        queue.async { completion(script(message) ?? EngineResult(status: .timeout)) }
    }
}

/// Runs `body` with a queue that is served by its own thread.
func withThreadQueue<Result>(_ body: (ThreadWorkQueue) async throws -> Result) async throws -> Result {
    let queue = ThreadWorkQueue()
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { queue in
            if let queue { Unmanaged<ThreadWorkQueue>.fromOpaque(queue).takeRetainedValue().run() }
            return nil
        }, Unmanaged.passRetained(queue).toOpaque())
    precondition(result == 0, "pthread_create: \(result)")
    defer {
        queue.stop()
        let result = pthread_join(thread, nil)
        precondition(result == 0, "pthread_join: \(result)")
    }
    return try await body(queue)
}
