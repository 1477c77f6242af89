import Bytes
public import Messages

/// The rule word whose bit an acknowledgment clears: the parameter `Rule` of `MpSendSyncMonitorNotification`.
enum RuleWord: Sendable {
    case process(ProcessReference)
    case stream(id: UInt64)
}

/// A synchronous notification that a routine decided to send.
struct SyncNotification: Sendable {
    let message: SyncMessage
    /// The image of its process.
    let imageFileName: UnicodeString
    let rule: RuleWord
    let run: RoutineRun

    var subject: MessageSubject {
        MessageSubject(process: message.currentProcess, imageFileName: imageFileName)
    }
}

extension Driver {
    /// Sends a synchronous notification and waits for the engine's answer: `MpSendSyncMonitorNotification` (SYN).
    ///
    /// `completion` gets the message with its result, and the event that caused it continues from there. Nothing else
    /// waits for the answer, and no thread is blocked meanwhile (SYN-10).
    func sendSyncMonitorNotification(
        _ notification: SyncNotification, completion: @escaping @Sendable (MessageRecord) -> Void
    ) {
        let now = clock.moment()
        let start = withState { $0.startSync(notification, now: now) }
        switch start {
        case .over(let record): completion(record)
        case .acquired(let record): sendAcquired(record, rule: notification.rule, completion: completion)
        case .wait(let record, let ticket, let timeout):
            let wait = TimedWait<NTStatus> { status in
                if status == .success {
                    self.sendAcquired(record, rule: notification.rule, completion: completion)
                } else {
                    let now = self.clock.moment()
                    let failure =
                        status == .timeout
                        ? "SendingSyncSemaphore had no free permit within \(timeout.milliseconds) ms"
                        : DriverState.unloading
                    completion(self.withState { $0.failToAcquire(record, status, failure, now: now) })
                }
            }
            let early = withState { $0.register(wait, ticket: ticket) }
            if let early { return wait.end(early) }
            wait.start(timers, timeout: timeout) {
                if self.withState({ $0.giveUpWait(ticket: ticket) }) { wait.end(.timeout) }
            }
        }
    }

    private func sendAcquired(
        _ record: MessageRecord, rule: RuleWord, completion: @escaping @Sendable (MessageRecord) -> Void
    ) {
        let now = clock.moment()
        let (record, timeout) = withState { $0.beginSync(record, now: now) }
        let started = clock.uptimeNanoseconds()
        engine.send(record.message, timeout: timeout) { result in
            let spent = self.clock.uptimeNanoseconds() &- started
            let sending = Sending(result, of: record.message, spent: spent, ended: self.clock.moment())
            completion(self.withState { $0.finishSync(record, sending, rule: rule) })
        }
    }
}

extension DriverState {
    enum SyncStart: Sendable {
        /// The message must not be sent.
        case over(MessageRecord)
        /// The message can be sent now.
        case acquired(MessageRecord)
        /// The message can be sent once the semaphore is acquired.
        case wait(MessageRecord, ticket: UInt64, timeout: Duration)
    }

    /// Why no message is sent any more.
    fileprivate static let unloading = "the driver is unloading"

    /// Builds the message and tries to acquire the semaphore (SYN-2 to SYN-4).
    mutating func startSync(_ notification: SyncNotification, now: Moment) -> SyncStart {
        var record = makeRecord(
            kind: .sync, about: notification.subject, content: .sync(notification.message),
            totalSize: notification.message.totalSize, by: notification.run, delivery: .inHand, now: now.time)
        guard config.syncMonitorNotificationFlag else {
            record.status = .unsuccessful
            record.setOutcome(nil, failure: "syncMonitorNotificationFlag is false")
            endUnsent(&record, now: now)
            return .over(record)
        }
        if isUnloading { return .over(failToAcquire(record, .cancelled, Self.unloading, now: now)) }
        guard config.sendSyncNotificationFlag else {
            return .over(failToAcquire(record, .unsuccessful, "sendSyncNotificationFlag is false", now: now))
        }
        switch channel.acquire(limit: config.sendingSyncSemaphoreLimit) {
        case .granted: return .acquired(record)
        case .wait(let ticket):
            let call = beginWait(for: .semaphore, caller: notification.run.caller, sequence: record.message.sequence)
            permitWaits[ticket] = PermitWait(call: call)
            note(at: now)
            return .wait(record, ticket: ticket, timeout: config.syncMonitorNotificationTimeout)
        }
    }

    /// Registers the wait for `ticket`. If it has already ended, returns how.
    mutating func register(_ wait: TimedWait<NTStatus>, ticket: UInt64) -> NTStatus? {
        if isUnloading { return channel.giveUp(ticket) ? .cancelled : .success }
        if !channel.isWaiting(ticket) { return .success }
        permitWaits[ticket]?.wait = wait
        return nil
    }

    /// Ends a wait that timed out; false if it was granted first.
    mutating func giveUpWait(ticket: UInt64) -> Bool {
        permitWaits[ticket] = nil
        return channel.giveUp(ticket)
    }

    /// Counts a message that was not sent: `MpAcquireSendingSyncMonitorNotification` failed (SYN-4).
    mutating func failToAcquire(
        _ record: MessageRecord, _ status: NTStatus, _ failure: String, now: Moment
    ) -> MessageRecord {
        var record = record
        record.status = status
        record.setOutcome(nil, failure: failure)
        let type = Int(record.message.operationCode)
        syncCounters[type].errorCount += 1
        syncCounters[type].errorStatus = status
        endUnsent(&record, now: now)
        return record
    }

    private mutating func endUnsent(_ record: inout MessageRecord, now: Moment) {
        note(at: now) { $0.syncNotSent += 1 }
        end(&record, as: .notSent, now: now.time)
    }

    /// Records that the send begins, and returns its timeout.
    mutating func beginSync(_ record: MessageRecord, now: Moment) -> (MessageRecord, timeout: Duration) {
        var record = record
        record.sentAt = now.time
        note(at: now)
        journal.update(record)
        return (record, config.syncMonitorNotificationTimeout)
    }

    /// Records the result of the send (SYN-5 to SYN-9).
    mutating func finishSync(
        _ record: MessageRecord, _ sending: Sending, rule: RuleWord
    ) -> MessageRecord {
        // Whatever the result of the send, its permit is released (SYN-4).
        channel.release()
        grantWaits()
        guard case .sync(let message) = record.message.content else { return record }
        var record = record
        var counters = syncCounters[Int(message.operation.rawValue)]
        counters.notificationsCount += 1
        counters.totalTimeNanoseconds &+= sending.spent
        if sending.status != .success {
            counters.errorCount += 1
            counters.errorStatus = sending.status
            if sending.status == .timeout { counters.ioTimeoutCount += 1 }
        } else if sending.reply?.reading.fault == nil {
            record.acknowledged = true
            counters.recvCount += 1
            record.hasClearedRule = clearRule(message.operation, of: rule)
        } else {
            counters.recvErrorCount += 1
        }
        syncCounters[Int(message.operation.rawValue)] = counters
        note(at: sending.ended) { counts in
            if sending.status == .success { counts.syncSent += 1 } else { counts.syncFailed += 1 }
            counts.addLatency(nanoseconds: sending.spent)
        }
        end(&record, sending)
        return record
    }

    /// Grants free permits to the oldest waits.
    mutating func grantWaits() {
        while let ticket = channel.grantNext(limit: config.sendingSyncSemaphoreLimit) {
            if let wait = permitWaits.removeValue(forKey: ticket)?.wait { wakeUps.append(.granted(wait, .success)) }
        }
    }

    /// Clears the bit that made the driver send `operation` (SYN-9); whether it was set.
    private mutating func clearRule(_ operation: SyncOperation, of rule: RuleWord) -> Bool {
        switch rule {
        case .process(let reference):
            return processes.update(reference) { $0.rules.remove(operation.processRule) != nil } ?? false
        case .stream(let id):
            let bit = StreamContextRules.notifyImageLoadRule
            let wasSet = streams[id]?.rules.contains(bit)
            streams.updateRules(id) { $0.remove(bit) }
            return wasSet ?? false
        }
    }
}

extension SyncOperation {
    /// The name of the rule that an acknowledgment clears: a bit of the process's word or of the stream's (SYN-9).
    public var clearedRule: String? {
        self == .newImageLoadPerStream
            ? StreamContextRules.notifyImageLoadRule.names.first : processRule.names.first
    }

    /// The bit of ProcessRules that an acknowledgment clears (SYN-9). In a stream's word the bit is always 0x8000.
    fileprivate var processRule: ProcessRules {
        switch self {
        case .newImageLoadPerStream: []
        case .registryEventSync: .notifyRegistryOperationSync
        case .newThreadDifferentProcess: .notifyNewThreadDifferentProcess
        case .newImageLoadPerProcess: .notifyImageLoadRule
        case .newThreadSameProcess: .notifyNewThreadSameProcess
        case .newThreadAndCmdLine: .notifyProcessCmdLine
        }
    }
}
