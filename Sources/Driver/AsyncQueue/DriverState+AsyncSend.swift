import Messages

extension DriverState {
    /// Puts a message into the queue: `MpAsyncSendNotification` (ASY-2 to ASY-4).
    mutating func asyncSendNotification(
        _ operation: AsyncOperation, _ body: AsyncBody, about subject: MessageSubject?,
        countedTo reference: ProcessReference?, highPriority: Bool? = nil, routine: DriverRoutine, caller: CallerTag?,
        now: FileTime
    ) -> MessageRecord {
        let message = makeAsyncMessage(operation, body, countedTo: reference)
        let record = makeRecord(
            kind: .async, about: subject, content: .async(message), routine: routine, caller: caller, delivery: .queued,
            now: now)
        asyncCounters.enqueued += 1
        let notification = AsyncNotification(
            record: record, size: AsyncMessage.messageBufferSize(of: record.message.totalSize),
            isHighPriority: highPriority ?? operation.isHighPriority)
        let dropped = queue.append(notification, limit: config.maxAsyncNotificationCount)
        var own = dropped.map { drop($0.record, for: record, now: now) } ?? record
        if queue.totalSizeRemainingNotifications > limits.queueBytes {
            for excess in queue.takeExcess(over: limits.queueBytes, for: notification) {
                own = drop(excess.record, for: own, now: now)
            }
        }
        if activateWorker() { wakeUps.append(.worker) }
        return own
    }

    /// Counts `dropped`, which was removed to make room for `record`. Returns `record`, marked as dropped if it is the
    /// same message.
    private mutating func drop(
        _ dropped: MessageRecord, for record: MessageRecord, now: FileTime
    ) -> MessageRecord {
        var lost = dropped
        asyncCounters.droppedOnOverflow += 1
        lost.droppedFor = record.message.sequence
        end(&lost, as: .dropped, now: now)
        return lost.message.sequence == record.message.sequence ? lost : record
    }
}
