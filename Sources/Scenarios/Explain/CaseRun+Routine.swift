import Driver
import Messages

// Why a routine or a counter is not as expected.
extension CaseRun {
    /// The condition that the nearest run of a routine looked at, and its cause.
    func reasons(for wanted: RoutineExpectation, _ failure: LookedExpectation) -> [Reason] {
        guard let index = failure.stepIndex else { return [] }
        let subject = wanted.step.map { id in steps.indices.filter { steps[$0].step.id == id } } ?? [index]
        // Of several runs that which meets the most, as the comparison shows it.
        var nearest: (step: Int, record: Int?, routine: ObservedRoutine, unmet: [ComparedField])?
        for step in subject {
            for (record, routines) in decisions(of: step, on: steps[step].host) {
                for routine in routines where routine.routine == wanted.routine {
                    let unmet = wanted.compare(routine).filter { !$0.isMet }
                    if unmet.count < nearest?.unmet.count ?? .max { nearest = (step, record, routine, unmet) }
                }
            }
        }
        guard let (step, record, routine, unmet) = nearest, let look = look(of: routine, unmet, on: steps[step].host)
        else { return [] }
        let host = steps[step].host
        return [.decision(decision(look, of: routine, in: step, record, history(of: host), host))]
    }

    /// The decision of a routine in a step, shown by the condition `look`, with the conditions on the way `path` to a message, or
    /// with all.
    func decision(
        _ look: ObservedRoutine.Look, of routine: ObservedRoutine, in index: Int, _ record: Int?,
        _ history: WordHistory, _ host: Int, on path: MessagePath? = nil
    ) -> Reason.Decision {
        var place = steps[index].place
        place.record = record
        let shown = routine.checks.filter { look in
            path?.conditions.contains { $0.check == look.check } ?? true
        }
        return Reason.Decision(
            place: place, event: steps[index].step.action?.words ?? "", routine: routine.routine.name,
            makes: path?.type.operation.name, notified: routine.notified, checks: shown.map(\.report),
            decidedBy: "\(look.check.text)", holds: look.holds, value: look.value,
            cause: cause(of: look, routine, index, history.before(record), host))
    }

    /// The condition that explains what is not met: the one that is named, that which led to the message, or the last.
    private func look(
        of routine: ObservedRoutine, _ unmet: [ComparedField], on host: Int
    ) -> ObservedRoutine.Look? {
        let named = Set(unmet.map(\.criterion))
        if let look = routine.checks.first(where: { named.contains("\($0.check.text)") }) { return look }
        if named.contains("notified"), let message = routine.messages.first.flatMap({ logs[host][$0] }) {
            let path = MessagePath.table.first { $0.routine == routine.routine && $0.type == message.type }
            if let check = path?.conditions.last?.check { return routine.checks.first { $0.check == check } }
        }
        return routine.checks.last
    }

    /// The outcomes of the messages that counters of failures count.
    func reasons(forCountersIn failure: LookedExpectation, _ host: Int) -> [Reason] {
        let unmet = failure.report.fields.filter { !$0.isMet }.map(\.criterion)
        let counted = logs[host].messages.filter { message in unmet.contains { message.isCounted(by: $0) } }
        return counted.prefix(3).flatMap { outcome(of: $0.sequence, host) }
    }
}

extension ObservedMessage {
    /// Whether a counter of failures counts the message.
    fileprivate func isCounted(by path: String) -> Bool {
        let name = path.split(separator: ".").last ?? ""
        if path.hasPrefix("sync.") {
            guard message.kind == .sync, path.hasPrefix("sync.\(message.operationName).") else { return false }
            switch name {
            case "recvErrorCount": return delivery == .sent && !acknowledged
            case "errorCount", "errorStatus": return delivery == .failed || delivery == .notSent
            case "ioTimeoutCount": return delivery == .failed && status == .timeout
            default: return false
            }
        }
        if path.hasPrefix("direct.") {
            guard message.kind == .direct else { return false }
            switch name {
            case "fltSendMessageReplyBufferMismatch": return reply?.reading.fault != nil
            case "fltSendMessageStatusTimeout": return status == .timeout
            default: return name.hasPrefix("fltSendMessageError") && delivery == .failed
            }
        }
        guard message.kind == .async else { return false }
        switch name {
        case "droppedOnOverflow": return delivery == .dropped
        case "sendFailed": return delivery == .failed
        case "failedNotifications": return delivery == .failed || delivery == .dropped
        case "queued", "notificationsCount": return delivery == .queued
        default: return false
        }
    }
}
