import Driver
import JSON
import Runtime

// Edits of the answers of engines, and of the worker.
extension CaseRun {
    /// A reply that the driver takes: by the embedded engine, or as the engine would have to send it.
    func replyEdit(_ reply: Reason.ReplyRead, _ failure: FailedExpectation) -> PlanEdit? {
        guard let host = failure.scope?.host, let message = logs[host][reply.message] else { return nil }
        if reply.isEmbedded { return embeddedEdit(reply.message, failure) }
        let edit = JSONTree.object([.init("operationType", .integer(message.message.operationCode))])
        return message.message.kind == .sync ? answerEdit(reply.message, edit) : nil
    }

    /// An answer that the engine under test would have to give.
    private func answerEdit(_ sequence: UInt64, _ answer: JSONTree) -> PlanEdit {
        var change = Change(kind: .engine, edit: answer, verified: false)
        change.message = sequence
        return PlanEdit(change)
    }

    /// The rule by the answer of the engine under test to the creation of a process; nil if none was asked.
    func answerEdit(_ process: String, _ rule: ProcessRules) -> PlanEdit? {
        guard !bed.canRunAgain, let named = names.processes[process], steps.indices.contains(named.index),
            let message = creation(in: named.index), embeddedSetting(for: message, on: steps[named.index].host) == nil,
            message.reply?.answer != nil || message.delivery == .failed
        else { return nil }
        let rules = ProcessRules(rawValue: message.reply?.reading.creation?.processRules ?? 0).union(rule)
        return answerEdit(message.sequence, .object([.init("rules", .array(rules.names.map { .string($0) }))]))
    }

    /// An embedded engine that acknowledges a message.
    func embeddedEdit(_ sequence: UInt64, _ failure: FailedExpectation) -> PlanEdit? {
        guard let host = failure.scope?.host, let message = logs[host][sequence],
            let embedded = embeddedSetting(for: message, on: host)
        else { return nil }
        return edit(embedded, on: host, [.init("reply", .string("acknowledge"))]) { behavior, entry in
            guard let entry else {
                (behavior.reply, behavior.failEvery) = (.acknowledge, 0)
                return
            }
            behavior.replies[entry].reply = .acknowledge
            behavior.replies[entry].answer = nil
            behavior.replies[entry].failEvery = 0
        }
    }

    /// An embedded engine that takes so long for a message.
    func delayEdit(_ milliseconds: Int, _ sequence: UInt64, _ failure: FailedExpectation) -> PlanEdit? {
        guard let host = failure.scope?.host, let message = logs[host][sequence],
            let embedded = embeddedSetting(for: message, on: host)
        else { return nil }
        return edit(embedded, on: host, [.init("delayMs", .integer(milliseconds))]) { behavior, entry in
            guard let entry else {
                behavior.delay = .milliseconds(milliseconds)
                return
            }
            behavior.replies[entry].delay = .milliseconds(milliseconds)
        }
    }

    /// A worker that runs again before the expectation is looked at.
    func workerEdit(_ failure: FailedExpectation) -> PlanEdit? {
        guard let index = failure.stepIndex else { return nil }
        return insertion(.worker(.run), .object([.init("worker", .string("run"))]), before: steps[index])
    }
}
