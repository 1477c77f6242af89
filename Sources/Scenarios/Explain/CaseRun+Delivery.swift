import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import Runtime

// The outcome of a message that was made but not as expected.
extension CaseRun {
    /// The reasons why messages that would match have another outcome than expected.
    func outcomes(for failure: LookedExpectation, _ scope: MessageScope) -> [Reason] {
        switch failure.expectation?.subject {
        case .lossless(true):
            return failure.report.matched.prefix(3).flatMap { outcome(of: $0, scope.host) }
        case .messages, .order:
            let near = failure.report.nearest.filter { message in
                !failure.report.matched.contains(message.sequence) && !message.criteria.allSatisfy(\.isMet)
                    && message.criteria.allSatisfy { $0.isMet || $0.isAboutOutcome }
            }
            return near.flatMap { message in
                let isSlow = message.criteria.contains { !$0.isMet && $0.criterion == "durationMicroseconds" }
                return outcome(of: message.sequence, scope.host)
                    + (isSlow ? duration(of: message.sequence, scope.host) : [])
            }
        default: return []
        }
    }

    /// How long the embedded engine took for a message that was sent.
    private func duration(of sequence: UInt64, _ host: Int) -> [Reason] {
        guard let message = logs[host][sequence], message.delivery == .sent,
            let embedded = embeddedSetting(for: message, on: host)
        else { return [] }
        var delivered = Reason.Delivered(
            message: sequence, delivery: message.delivery.rawValue, status: nil, detail: nil)
        delivered.engineDelayMs = Int(embedded.delay.milliseconds)
        delivered.engineLine = embedded.line
        return [.delivery(delivered)]
    }

    func outcome(of sequence: UInt64, _ host: Int) -> [Reason] {
        guard let message = logs[host][sequence] else { return [] }
        switch message.delivery {
        case .dropped: return [.dropped(dropped(message, host))]
        case .failed, .notSent: return [.delivery(delivered(message, host))]
        case .sent:
            guard let fault = message.reply?.reading.fault else { return [] }
            return [.reply(replied(message, fault, on: host))]
        case .queued, .inHand: return [.delivery(delivered(message, host))]
        }
    }

    private func dropped(_ message: ObservedMessage, _ host: Int) -> Reason.Dropped {
        let dropper = message.droppedFor ?? 0
        // The limit counts when a message arrives that does not fit.
        let config = settings(of: host) { $1.start[host] < dropper }
        // A queue that holds nothing drops the message itself, whatever the worker does.
        let pause = dropper == message.sequence ? nil : pause(of: host) { $0.start[host] < dropper }
        return Reason.Dropped(
            message: message.sequence, dropper: dropper, limit: config.maxAsyncNotificationCount,
            place: maker(of: dropper, on: host), pausedBy: pause?.place)
    }

    /// The step since which the worker of a host is paused, among the steps that count; nil if it runs.
    func pause(of host: Int, _ counts: (StepRun) -> Bool = { _ in true }) -> StepRun? {
        var since: StepRun?
        for run in steps where run.host == host && run.refusal == nil && counts(run) {
            switch run.step.action {
            case .worker(.pause): since = since ?? run
            case .worker(.run): since = nil
            default: break
            }
        }
        return since
    }

    private func delivered(_ message: ObservedMessage, _ host: Int) -> Reason.Delivered {
        var delivered = Reason.Delivered(
            message: message.sequence, delivery: message.delivery.rawValue,
            status: message.delivery.isFinal ? message.status.name : nil, detail: message.explanation)
        if message.delivery == .failed, let answer = message.reply?.answer {
            delivered.answer = "\(answer.httpStatus) \(answer.text)"
        }
        if message.delivery == .queued { delivered.pausedBy = pause(of: host)?.place }
        let embedded = embeddedSetting(for: message, on: host)
        if message.delivery == .failed, let fault = embedded?.fault {
            delivered.engineReply = fault
            delivered.engineLine = embedded?.line
        }
        if message.delivery == .notSent {
            let flags = ["syncMonitorNotificationFlag", "sendSyncNotificationFlag"]
            delivered.timeout = flags.first { message.explanation?.hasPrefix($0) == true }
                .flatMap { limit($0, host, message) }
            if message.status == .timeout {
                delivered.timeout = limit("sendingSyncSemaphoreLimit", host, message)
                delivered.holders = holders(ofPermitsWanted: message, host)
            }
            return delivered
        }
        if message.delivery == .inHand, let embedded, embedded.delay > .zero {
            delivered.engineDelayMs = Int(embedded.delay.milliseconds)
            delivered.engineLine = embedded.line
        }
        guard message.status == .timeout else { return delivered }
        let setting: String =
            switch (message.message.kind, message.message.operation) {
            case (.sync, _): "syncMonitorNotificationTimeoutMs"
            case (.direct, .async(.createProcess)): "maxProcessCreationMessageTimeoutMs"
            default: "asyncTimeoutMs"
            }
        delivered.timeout = limit(setting, host, message)
        if let embedded, embedded.reply != .timeout {
            delivered.engineDelayMs = Int(embedded.delay.milliseconds)
            delivered.engineLine = embedded.line
        }
        return delivered
    }

    /// The messages that held the permits when `message` gave up: those that waited or were sent before it, and ended after it.
    private func holders(ofPermitsWanted message: ObservedMessage, _ host: Int) -> [UInt64] {
        guard let end = message.endedAs else { return [] }
        return logs[host].messages.prefix { $0.sequence < message.sequence }.filter { other in
            other.message.kind == .sync && other.delivery != .notSent && other.endedAs.map { $0 > end } ?? true
        }.map(\.sequence)
    }

    /// A setting of a host when a message was sent.
    private func limit(_ name: String, _ host: Int, _ message: ObservedMessage) -> Reason.Limit? {
        guard let setting = DriverSetting(named: name) else { return nil }
        return Reason.Limit(
            setting: name, value: settings(of: host, for: message)[setting].json,
            line: origin(of: setting, on: host) { applies($0, to: message, on: host) }.line)
    }

    /// The reply to a message; `fault` is why the driver does not take it.
    func replied(_ message: ObservedMessage, _ fault: ReplyFault?, on host: Int) -> Reason.ReplyRead {
        let answer = message.reply?.answer
        var reply = Reason.ReplyRead(
            message: message.sequence, isEmbedded: answer == nil, httpStatus: answer?.httpStatus,
            reply: answer?.text ?? message.reply?.reading.words ?? "nothing"
        )
        if answer != nil { reply.sent = message.data(host: plan.hosts[host].name) }
        guard let fault else {
            reply.effect = missedReply(to: message, on: host)
            return reply
        }
        if let embedded = embeddedSetting(for: message, on: host) {
            reply.engineLine = embedded.line
        }
        switch message.message.content {
        case .sync(let content):
            reply.wanted = "\(content.operation.rawValue) (\(content.operation.name))"
            reply.read = message.reply?.reading.operationType.map { SyncOperation.words($0) }
            if reply.read == nil { reply.fault = fault.description }
            // A raw notification has no rule behind it.
            let isRaw = message.routine == .sendSyncMonitorNotification
            let rule = isRaw ? "" : content.operation.clearedRule.map { "; \($0) stays set" } ?? ""
            reply.effect = "Counted as sync.\(content.operation.name).recvErrorCount (SYN-8)\(rule)."
        case .async:
            reply.wanted = "an answer to CreateProcess"
            reply.fault = fault.description
            reply.effect = "Counted as direct.fltSendMessageReplyBufferMismatch (PRC-3); the process starts unchanged."
        }
        return reply
    }

    /// A sentence about the entry of `replies` that would decide about a process with another name; nil if there is none.
    private func missedReply(to message: ObservedMessage, on host: Int) -> String? {
        guard message.message.kind == .direct, let embedded = embeddedSetting(for: message, on: host),
            embedded.entry == nil, let image = message.message.imageFileName?.text,
            let (index, entry) = embedded.behavior.replies.enumerated().first(where: { $1.answer != nil }),
            let pattern = entry.imageFileName
        else { return nil }
        return "replies[\(index)] is for \(pattern.quoted()), which does not match \(image.quoted())."
    }

    // MARK: - Settings

    /// Whether a step had changed a setting when `message` was sent. An async message is sent when the worker comes to it.
    func applies(_ run: StepRun, to message: ObservedMessage, on host: Int) -> Bool {
        guard message.message.kind == .async else { return run.start[host] < message.sequence }
        return run.ended ?? 0 < message.endedAs ?? .max
    }

    /// The configuration of a host when a message was sent.
    func settings(of host: Int, for message: ObservedMessage) -> DriverConfig {
        settings(of: host) { applies($1, to: message, on: host) }
    }

    /// The configuration of a host after the steps that count, each with its index.
    func settings(of host: Int, _ counts: (Int, StepRun) -> Bool) -> DriverConfig {
        var config = DriverConfig()
        plan.hosts[host].config?.value.apply(to: &config)
        for (index, run) in steps.enumerated() where run.host == host && run.refusal == nil {
            if case .setConfig(let change) = run.step.action, counts(index, run) { change.value.apply(to: &config) }
        }
        return config
    }
}

extension ObservedMessage {
    /// The members that describe what happened, as the engine gets them.
    fileprivate func data(host: String) -> JSONTree? {
        var json = JSONWriter()
        MessageData(message, host: host).write(to: &json)
        guard case .object(let members)? = try? JSONDocument.read(json.bytes, { JSONTree($0) }) else { return nil }
        let known = ["host", "sequence", "kind", "operation", "operationCode", "notificationNumber", "ioPriority"]
        return .object(members.filter { !known.contains($0.name) })
    }
}

extension EngineAnswer {
    /// The content, as far as it was kept.
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension ReplyReading {
    /// The reply of an embedded engine in words.
    fileprivate var words: String {
        if let operationType { return "operationType \(operationType)" }
        return creation.map { "accessDenied \($0.accessDenied)" } ?? "nothing that the driver can read"
    }
}

extension SyncOperation {
    /// A type in words: `6 (NewThreadSameProcess)`, `4, which is not an operation`.
    fileprivate static func words(_ type: Int32) -> String {
        SyncOperation(rawValue: type).map { "\(type) (\($0.name))" } ?? "\(type), which is not an operation"
    }
}

/// Whether only the end of a message decides a criterion.
private func isAboutOutcome(_ criterion: String) -> Bool {
    let root = criterion.prefix { $0 != "." }
    return [
        "delivery", "status", "acknowledged", "clearedRule", "durationMicroseconds", "droppedFor", "reply",
    ].contains(root)
}

extension FieldMatcher {
    /// Whether only the end of a message decides it.
    var isAboutOutcome: Bool { Scenarios.isAboutOutcome(path) }
}

extension ComparedField {
    /// Whether only the end of a message decides it.
    var isAboutOutcome: Bool { Scenarios.isAboutOutcome(criterion) }

    /// Whether a message with another value would be one of another type, or with another outcome.
    var isAboutTypeOrOutcome: Bool { isAboutOutcome || ["operation", "kind"].contains(criterion) }
}
