import Messages

extension Driver {
    /// Sends a message of the asynchronous structure at once, bypassing the queue: `MpSendProcessMessage`, and the
    /// Wow64cpuLoad of `MpLoadImageNotifyRoutine`.
    func sendDirect(
        _ record: MessageRecord, timeout: Duration,
        completion: @escaping @Sendable (MessageRecord, EngineReply) -> Void
    ) {
        let started = clock.uptimeNanoseconds()
        engine.send(record.message, timeout: timeout) { result in
            let spent = self.clock.uptimeNanoseconds() &- started
            let record = self.withState { $0.finishDirect(record, result, spent: spent) }
            completion(record, result.reply)
        }
    }
}

extension DriverState {
    /// Creates a direct message about a live process.
    mutating func makeDirect(
        _ operation: AsyncOperation, _ body: AsyncBody, about reference: ProcessReference, routine: DriverRoutine,
        now: FileTime
    ) -> MessageRecord {
        let message = makeAsyncMessage(operation, body, countedTo: reference)
        return makeRecord(
            kind: .direct, process: processes[reference]?.identity, content: .async(message), routine: routine,
            delivery: .inHand, now: now)
    }

    /// Records the result of a direct send (PRC-6).
    fileprivate mutating func finishDirect(
        _ record: MessageRecord, _ result: EngineResult, spent: UInt64
    ) -> MessageRecord {
        var record = record
        record.status = result.status
        record.durationNanoseconds = spent
        record.delivery = result.status == .success ? .sent : .failed
        directCounters.fltSendMessageCount += 1
        directCounters.totalTimeNanoseconds &+= spent
        if result.status != .success {
            directCounters.fltSendMessageError += 1
            directCounters.fltSendMessageErrorCode = result.status
            if result.status == .timeout { directCounters.fltSendMessageStatusTimeout += 1 }
        }
        settle(record)
        return record
    }
}
