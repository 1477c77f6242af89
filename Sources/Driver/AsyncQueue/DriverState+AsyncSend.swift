import Messages

extension DriverState {
    /// Puts a message into the queue: `MpAsyncSendNotification` (ASY-2 to ASY-4).
    mutating func asyncSendNotification(
        _ operation: AsyncOperation, _ body: AsyncBody, about process: AuxPidCreationTime?,
        countedTo reference: ProcessReference?, highPriority: Bool? = nil, routine: DriverRoutine, now: FileTime
    ) -> MessageRecord {
        let message = makeAsyncMessage(operation, body, countedTo: reference)
        let record = makeRecord(
            kind: .async, process: process, content: .async(message), routine: routine, delivery: .queued, now: now)
        asyncCounters.enqueued += 1
        let dropped = queue.append(
            AsyncNotification(
                record: record, size: message.messageBufferSize,
                isHighPriority: highPriority ?? operation.isHighPriority),
            limit: config.maxAsyncNotificationCount)
        if worker.activate(queueIsEmpty: queue.notificationsCount == 0) { wakeUps.append(.worker) }
        guard var lost = dropped?.record else { return record }
        asyncCounters.droppedOnOverflow += 1
        lost.delivery = .dropped
        settle(lost)
        return lost.message.sequence == record.message.sequence ? lost : record
    }
}
