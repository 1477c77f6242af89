import Driver
import JSON
import Messages
import Runtime

// Edits of the answers of engines, and of the worker.
extension CaseRun {
    /// A reply that the driver takes: by the embedded engine, or as the engine would have to send it.
    func replyEdits(_ reply: Reason.ReplyRead, _ failure: LookedExpectation) -> [PlanEdit] {
        guard let host = failure.scope?.host, let message = logs[host][reply.message] else { return [] }
        // The expectation is about the answer itself.
        if !reply.isEmbedded, failure.criteria?.matchers.contains(where: { $0.path.hasPrefix("reply") }) ?? false {
            return []
        }
        return acknowledgments(of: message, failure)
    }

    /// An acknowledgment of a message: by the embedded engine, or as the engine would have to send it.
    func acknowledgments(of message: ObservedMessage, _ failure: LookedExpectation) -> [PlanEdit] {
        if message.reply?.answer == nil { return embeddedEdits(message.sequence, failure) }
        let edit = JSONTree.object([.init("operationType", .integer(message.message.operationCode))])
        return message.message.kind == .sync ? [answerEdit(message.sequence, edit)] : []
    }

    /// An answer that the engine under test would have to give.
    private func answerEdit(_ sequence: UInt64, _ answer: JSONTree) -> PlanEdit {
        var change = Change(kind: .engine, edit: answer, verified: false)
        change.message = sequence
        return PlanEdit(change)
    }

    /// The rule by the answer of the engine under test to the creation of a process that lives in the step `index`; nil if it
    /// did not answer in time.
    func answerEdit(_ rule: ProcessRules, to processId: UInt32, in index: Int, _ history: WordHistory) -> PlanEdit? {
        let host = steps[index].host
        guard !bed.canRunAgain, let life = history.life(of: processId, in: index),
            let message = logs[host][life.created.message], embeddedSetting(for: message, on: host) == nil,
            message.reply?.answer != nil, message.status != .timeout
        else { return nil }
        let rules = ProcessRules(rawValue: message.reply?.reading.creation?.processRules ?? 0).union(rule)
        return answerEdit(message.sequence, .object([.init("rules", .array(rules.names.map { .string($0) }))]))
    }

    /// The edit of a setting, where the scenario sets it for a message.
    func edit(_ name: String, _ value: DriverSetting.Value, for message: UInt64, on host: Int) -> PlanEdit? {
        logs[host][message].flatMap { message in
            edit(name, value, on: host) { applies($0, to: message, on: host) }
        }
    }

    /// An embedded engine that acknowledges a message: that fails none, answers otherwise, or both.
    func embeddedEdits(_ sequence: UInt64, _ failure: LookedExpectation) -> [PlanEdit] {
        guard let host = failure.scope?.host, let message = logs[host][sequence],
            let embedded = embeddedSetting(for: message, on: host)
        else { return [] }
        func edit(failing: Bool, answering: Bool) -> PlanEdit {
            var shown: [JSONTree.Member] = []
            if failing { shown.append(.init("failEvery", .integer(0))) }
            if answering { shown.append(.init("reply", .string("acknowledge"))) }
            return self.edit(embedded, on: host, shown) { behavior, entry in
                guard let entry else {
                    if failing { behavior.failEvery = 0 }
                    if answering { behavior.reply = .acknowledge }
                    return
                }
                if failing { behavior.replies[entry].failEvery = 0 }
                if answering { behavior.replies[entry].reply = .acknowledge }
            }
        }
        let fails = embedded.failEvery > 0
        // An entry with an answer to CreateProcess has no other.
        let answers = embedded.reply != .acknowledge && !embedded.hasAnswer
        return [
            fails ? edit(failing: true, answering: false) : nil, answers ? edit(failing: false, answering: true) : nil,
            fails && answers ? edit(failing: true, answering: true) : nil,
        ].compactMap(\.self)
    }

    /// An embedded engine that takes so long for a message.
    func delayEdit(_ milliseconds: Int, _ sequence: UInt64, _ failure: LookedExpectation) -> PlanEdit? {
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
    func workerEdit(_ failure: LookedExpectation) -> PlanEdit? {
        guard let index = failure.stepIndex else { return nil }
        return insertion(.worker(.run), .object([.init("worker", .string("run"))]), before: steps[index])
    }
}
