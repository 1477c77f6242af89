import Engines
import Runtime
import WebhookEngine

extension EngineSetting {
    /// Throws if the globs of the embedded engine are too long in total.
    func checkReplies() throws(Problem) {
        if case .embedded(let behavior) = self, let excess = ReplyEntry.excess(of: behavior.replies) {
            throw Problem(.limitReached, "The engine's replies: \(excess).")
        }
    }

    /// Reads the files that the setting names on a dedicated thread, then calls `completion` with their fault, if any.
    /// Calls it at once without files.
    func readFiles(_ completion: @escaping @Sendable (Problem.Fault?) -> Void) {
        guard case .webhook(let configuration) = self, let caFile = configuration.caFile else { return completion(nil) }
        caFile.read { error in completion(error.map { .body(pointer: "/caFile", detail: $0.detail) }) }
    }
}
