import Driver
import Messages

// Why the driver made a message.
extension CaseRun {
    /// The routine that made a message, and where; nil if the run knows of none.
    func routine(
        thatMade message: ObservedMessage, on host: Int
    ) -> (index: Int, record: Int?, routine: ObservedRoutine)? {
        guard let index = message.step, steps.indices.contains(index) else { return nil }
        for (record, routines) in decisions(of: index, on: host) {
            if let routine = routines.first(where: { $0.messages.contains(message.sequence) }) {
                return (index, record, routine)
            }
        }
        return nil
    }

    /// The decision that led to a message; nil if no routine that the run knows of made it.
    func decision(thatMade sequence: UInt64, on host: Int, _ history: WordHistory) -> Reason.Decision? {
        guard let message = logs[host][sequence], let (index, record, routine) = routine(thatMade: message, on: host),
            let path = MessagePath.table.first(where: {
                $0.type == MessageType(of: message.message) && $0.routine == routine.routine
            }),
            // The condition that is most telling: the last one about a rule, a flag or the event itself.
            let condition = path.conditions.last,
            let look = routine.checks.first(where: { $0.check == condition.check })
        else { return nil }
        var decision = decision(look, of: routine, in: index, record, history, host, on: path)
        if look.check.bit == nil { decision.cause = nil }
        decision.message = sequence
        return decision
    }

    /// Why there are messages that must not be there: the first that match.
    func reasons(forTooManyIn failure: LookedExpectation, _ scope: MessageScope) -> [Reason] {
        guard isTooMany(failure, failure.report.found ?? 0), !failure.isAboutLoss else { return [] }
        let ends = badEnds(in: failure, scope)
        if !ends.isEmpty { return ends }
        let history = history(of: scope.host)
        return failure.report.matched.prefix(3).compactMap { sequence in
            guard var decision = decision(thatMade: sequence, on: scope.host, history) else { return nil }
            if let earlier = logs[scope.host][sequence].flatMap({ unacknowledged(before: $0, on: scope.host).last }) {
                decision.cause?.detail += "\nThe reply to #\(earlier.sequence) did not clear it (SYN-8)."
            }
            return .decision(decision)
        }
    }

    /// The outcomes of the messages that must not be there, if their outcome is wrong and not that they were made.
    private func badEnds(in failure: LookedExpectation, _ scope: MessageScope) -> [Reason] {
        guard failure.criteria?.matchers.contains(where: \.isAboutOutcome) ?? false else { return [] }
        return failure.report.matched.prefix(3).flatMap { outcome(of: $0, scope.host) }
    }

    /// The sync messages before `message` about the same rule of the same process whose replies did not clear it.
    private func unacknowledged(before message: ObservedMessage, on host: Int) -> [ObservedMessage] {
        guard message.message.kind == .sync, message.routine != .sendSyncMonitorNotification else { return [] }
        return logs[host].messages.prefix { $0.sequence < message.sequence }.filter { earlier in
            earlier.type == message.type && earlier.message.process == message.message.process
                && earlier.delivery.isFinal && !earlier.acknowledged
        }
    }

    /// Whether the request of its creation gave a rule to the process of a message, and nothing did so later.
    private func hasFromCreation(
        _ rule: ProcessRules, _ message: ObservedMessage, _ index: Int, _ host: Int
    ) -> Bool {
        guard let processId = message.message.process?.processId else { return false }
        let history = history(of: host)
        let last = history.last(rule.rawValue, isSet: true, in: .rules, of: processId, before: index)
        return last.map { history.events[$0].cause.kind == .creation } ?? false
    }

    /// The edits that may keep a message from being made: without its rule.
    func edits(againstMessagesOf failure: LookedExpectation) -> [PlanEdit] {
        guard let scope = failure.scope, isTooMany(failure, failure.report.found ?? 0), !failure.isAboutLoss,
            badEnds(in: failure, scope).isEmpty
        else { return [] }
        return failure.report.matched.prefix(3).flatMap { sequence -> [PlanEdit] in
            guard let message = logs[scope.host][sequence] else { return [] }
            if failure.expectation.map(\.allowsSome) ?? false,
                let earlier = unacknowledged(before: message, on: scope.host).last
            {
                return acknowledgments(of: earlier, failure)
            }
            guard let index = message.step, steps.indices.contains(index),
                let path = MessagePath.table.first(where: { $0.type == MessageType(of: message.message) }),
                let (word, bit, _) = path.conditions.last?.check.bit, word == .rules,
                path.conditions.last?.holds == true,
                let process = message.message.process.flatMap({ name(of: $0, on: scope.host) })
            else { return [] }
            let rule = ProcessRules(rawValue: bit)
            if path.type.operation == .async(.loadImage) {
                return [rulesEdit(.named(process), set: .suppressAsyncImageLoad, before: steps[index])]
            }
            let clear = rulesEdit(.named(process), clear: rule, before: steps[index])
            // If nothing can be run, only what must help is named.
            guard bed.canRunAgain || hasFromCreation(rule, message, index, scope.host) else { return [clear] }
            return [creationEdit(process, without: rule), clear].compactMap(\.self)
        }
    }
}

extension Expectation {
    /// Whether it wants some messages, but not so many.
    fileprivate var allowsSome: Bool {
        if case .messages(_, let count) = subject { count.atMost ?? 0 > 0 } else { false }
    }
}

extension LookedExpectation {
    /// Whether it is about lost messages rather than made ones.
    fileprivate var isAboutLoss: Bool { if case .lossless = expectation?.subject { true } else { false } }
}
