import Bytes
import Driver
import DriverJSON
import Engines
import JSON
import Messages
import Runtime

// What became of a message that was made but not as expected.
extension CaseRun {
    /// The reasons why messages that would match have another outcome than expected.
    func outcomes(for failure: FailedExpectation, _ scope: MessageScope) -> [Reason] {
        switch failure.expectation?.subject {
        case .lossless(true):
            return failure.report.matched.prefix(3).flatMap { outcome(of: $0, scope.host) }
        case .messages, .order:
            let near = failure.report.nearest.filter { message in
                !failure.report.matched.contains(message.sequence)
                    && message.criteria.allSatisfy { $0.isMet || $0.isAboutOutcome }
            }
            return near.flatMap { outcome(of: $0.sequence, scope.host) }
        default: return []
        }
    }

    private func outcome(of sequence: UInt64, _ host: Int) -> [Reason] {
        guard let message = logs[host][sequence] else { return [] }
        switch message.delivery {
        case .dropped: return [.dropped(dropped(message, host))]
        case .failed, .notSent: return [.delivery(delivered(message, host))]
        case .sent:
            guard let fault = message.reply?.reading.fault else { return [] }
            return [.reply(replied(message, fault))]
        case .queued, .inHand: return [.delivery(delivered(message, host))]
        }
    }

    private func dropped(_ message: ObservedMessage, _ host: Int) -> Reason.Dropped {
        let dropper = message.droppedFor ?? 0
        let config = settings(of: host, before: message.sequence)
        let paused = steps.last { run in
            guard run.host == host, run.start[host] < message.sequence, case .worker(let command) = run.step.action
            else { return false }
            return command == .pause || command == .run
        }
        let isPaused = if case .worker(.pause) = paused?.step.action { true } else { false }
        return Reason.Dropped(
            message: message.sequence, dropper: dropper, limit: config.maxAsyncNotificationCount,
            place: maker(of: dropper, on: host), pausedBy: isPaused ? paused?.place : nil)
    }

    private func delivered(_ message: ObservedMessage, _ host: Int) -> Reason.Delivered {
        var delivered = Reason.Delivered(
            message: message.sequence, delivery: message.delivery.rawValue, status: message.status.name,
            detail: message.explanation)
        guard message.status == .timeout else { return delivered }
        let config = settings(of: host, before: message.sequence)
        let (name, value): (String, Duration) =
            switch message.message.kind {
            case .sync: ("syncMonitorNotificationTimeoutMs", config.syncMonitorNotificationTimeout)
            case .async: ("asyncTimeoutMs", config.asyncTimeout)
            case .direct:
                message.message.operation == .async(.createProcess)
                    ? ("maxProcessCreationMessageTimeoutMs", config.maxProcessCreationMessageTimeout)
                    : ("asyncTimeoutMs", config.asyncTimeout)
            }
        delivered.timeout = Reason.Limit(setting: name, value: Int(value.milliseconds), line: nil)
        if let (behavior, line) = engine(of: host, before: message.sequence) {
            delivered.engineDelayMs = Int(behavior.delay.milliseconds)
            delivered.engineLine = line
        }
        return delivered
    }

    private func replied(_ message: ObservedMessage, _ fault: ReplyFault) -> Reason.ReplyRead {
        let answer = message.reply?.answer
        let text = answer.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "of the stand-in"
        return Reason.ReplyRead(
            message: message.sequence, httpStatus: answer?.httpStatus, reply: text,
            wanted: message.message.kind == .sync
                ? "\(message.message.operationCode) (\(message.message.operationName)) at 08"
                : "an answer to CreateProcess",
            read: fault.description)
    }

    // MARK: - Settings

    /// The configuration of a host when a message was made.
    func settings(of host: Int, before sequence: UInt64) -> DriverConfig {
        var config = DriverConfig()
        plan.hosts[host].config?.value.apply(to: &config)
        for run in steps where run.host == host && run.start[host] < sequence {
            if case .setConfig(let change) = run.step.action { change.value.apply(to: &config) }
        }
        return config
    }

    /// The stand-in of a host when a message was made, and the line that sets it; nil for a real engine.
    func engine(
        of host: Int, before sequence: UInt64
    ) -> (behavior: EmbeddedEngine.Behavior, line: Int?)? {
        var setting = plan.hosts[host].engine?.value
        var line = plan.hosts[host].engineLine
        for run in steps where run.host == host && run.start[host] < sequence {
            if case .setEngine(let engine) = run.step.action { (setting, line) = (engine.value, run.step.line) }
        }
        guard case .embedded(let behavior) = setting else { return nil }
        return (behavior, line)
    }
}

extension ComparedField {
    /// Whether only the end of a message decides it.
    var isAboutOutcome: Bool {
        let root = criterion.prefix { $0 != "." }
        return [
            "delivery", "status", "acknowledged", "clearedRule", "durationMicroseconds", "droppedFor", "reply",
        ].contains(root)
    }

    /// Whether a message with another value would be one of another type, or with another outcome.
    var isAboutTypeOrOutcome: Bool { isAboutOutcome || ["operation", "kind"].contains(criterion) }
}
