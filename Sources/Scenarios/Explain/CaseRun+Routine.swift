import Driver
import Messages

// Why a routine or a counter is not as expected.
extension CaseRun {
    /// What the nearest run of a routine looked at, and who made it so.
    func reasons(for wanted: RoutineExpectation, _ failure: FailedExpectation) -> [Reason] {
        guard let index = failure.stepIndex else { return [] }
        let subject = wanted.step.flatMap { id in steps.lastIndex { $0.step.id == id } } ?? index
        let unmet = Set(failure.report.fields.filter { !$0.isMet }.map(\.criterion))
        for (record, routines) in decisions(of: subject, on: steps[subject].host) {
            for routine in routines where routine.routine == wanted.routine {
                let looks = routine.checks
                guard let look = looks.first(where: { unmet.contains("\($0.check.text)") }) ?? looks.last else {
                    continue
                }
                var place = steps[subject].place
                place.record = record
                let host = steps[subject].host
                var history = history(of: host)
                history.record = record
                return [
                    .decision(
                        Reason.Decision(
                            place: place, event: steps[subject].step.action?.words ?? "", routine: routine.routine.name,
                            makes: nil, notified: routine.notified,
                            checks: looks.map(\.report),
                            decidedBy: "\(look.check.text)", holds: look.holds, value: look.value,
                            cause: cause(of: look, routine, subject, history, host)))
                ]
            }
        }
        return []
    }

    /// What became of the messages that counters of failures count.
    func reasons(forCountersIn failure: FailedExpectation, _ host: Int) -> [Reason] {
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
