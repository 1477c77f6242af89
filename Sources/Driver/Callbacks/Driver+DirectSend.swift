import Messages

extension Driver {
    /// Sends a message of the asynchronous structure at once, bypassing the queue: `MpSendProcessMessage`, and the
    /// Wow64cpuLoad of `MpLoadImageNotifyRoutine`.
    func sendDirect(
        _ record: MessageRecord, timeout: Duration,
        completion: @escaping @Sendable (MessageRecord) -> Void
    ) {
        let started = clock.uptimeNanoseconds()
        engine.send(record.message, timeout: timeout) { result in
            let spent = self.clock.uptimeNanoseconds() &- started
            let sending = Sending(result, of: record.message, spent: spent, ended: self.clock.moment())
            completion(self.withState { $0.finishDirect(record, sending) })
        }
    }
}

extension DriverState {
    /// Creates a direct message about a live process, which is sent next.
    mutating func makeDirect(
        _ operation: AsyncOperation, _ body: AsyncBody, about reference: ProcessReference, by run: RoutineRun,
        now: Moment
    ) -> MessageRecord {
        let size = body.messageSize
        let message = makeAsyncMessage(operation, body, countedTo: reference)
        var record = makeRecord(
            kind: .direct, about: processes[reference]?.subject, content: .async(message), totalSize: size,
            by: run, delivery: .inHand, now: now.time)
        record.sentAt = now.time
        journal.update(record)
        return record
    }

    /// Records the result of a direct send (PRC-6).
    fileprivate mutating func finishDirect(_ record: MessageRecord, _ sending: Sending) -> MessageRecord {
        var record = record
        directCounters.fltSendMessageCount += 1
        directCounters.totalTimeNanoseconds &+= sending.spent
        if sending.status != .success {
            directCounters.fltSendMessageError += 1
            directCounters.fltSendMessageErrorCode = sending.status
            if sending.status == .timeout { directCounters.fltSendMessageStatusTimeout += 1 }
        }
        note(at: sending.ended) { counts in
            if sending.status == .success { counts.directSent += 1 } else { counts.directFailed += 1 }
            counts.addLatency(nanoseconds: sending.spent)
        }
        end(&record, sending)
        return record
    }
}
