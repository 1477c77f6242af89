import Messages

extension DriverState {
    /// Puts a message into the queue: `MpAsyncSendNotification` (ASY-2 to ASY-4).
    mutating func asyncSendNotification(
        _ operation: AsyncOperation, _ body: consuming AsyncBody, about subject: consuming MessageSubject?,
        countedTo reference: ProcessReference?, highPriority: Bool? = nil, by run: RoutineRun, now: Moment
    ) -> MessageRecord {
        let size = body.messageSize
        let message = makeAsyncMessage(operation, body, countedTo: reference)
        var record = makeRecord(
            kind: .async, about: subject, content: .async(message), totalSize: size, by: run, delivery: .queued,
            now: now.time)
        asyncCounters.enqueued += 1
        let droppedBefore = asyncCounters.droppedOnOverflow
        let notification = AsyncNotification(
            record: record, size: AsyncMessage.messageBufferSize(of: size),
            isHighPriority: highPriority ?? operation.isHighPriority)
        if let dropped = queue.append(notification, limit: config.maxAsyncNotificationCount) {
            drop(dropped.record, for: &record, now: now.time)
        }
        if queue.totalSizeRemainingNotifications > limits.queueBytes {
            for excess in queue.takeExcess(over: limits.queueBytes, for: notification) {
                drop(excess.record, for: &record, now: now.time)
            }
        }
        observeQueue(at: now.time, after: run.caller?.eventTime)
        let dropped = asyncCounters.droppedOnOverflow - droppedBefore
        note(at: now) { counts in
            counts.enqueued += 1
            counts.dropped += UInt32(dropped)
        }
        if activateWorker() { wakeUps.append(.worker) }
        return record
    }

    /// Counts `dropped`, which was removed to make room for `record`, and may be the same message.
    private mutating func drop(
        _ dropped: consuming MessageRecord, for record: inout MessageRecord, now: FileTime
    ) {
        asyncCounters.droppedOnOverflow += 1
        dropped.droppedFor = record.message.sequence
        end(&dropped, as: .dropped, now: now)
        if dropped.message.sequence == record.message.sequence { record = dropped }
    }
}
