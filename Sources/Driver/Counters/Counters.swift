public import Messages

/// What the driver counts about one kind of synchronous message.
public struct SyncCounters: Hashable, Sendable {
    /// SyncNotifications[op].NotificationsCount: sends, whatever their result (SYN-5).
    public var notificationsCount: UInt64 = 0
    /// SyncNotifications[op].Timestamp: time spent sending, nanoseconds.
    public var totalTimeNanoseconds: UInt64 = 0
    /// SyncNotificationRecvCount[op]: replies that matched (SYN-9).
    public var recvCount: UInt64 = 0
    /// SyncNotificationsRecvErrorCount[op]: replies that did not (SYN-8).
    public var recvErrorCount: UInt64 = 0
    /// ErrorSyncNotificationsCount[op]: not acquired, or failed (SYN-4, SYN-6).
    public var errorCount: UInt64 = 0
    /// ErrorSyncNotificationsStatus[op]: the last such status.
    public var errorStatus = NTStatus.success
    /// SyncNotificationsIoTimeoutCount[op]: sends that timed out (SYN-6).
    public var ioTimeoutCount: UInt64 = 0
}

/// What the driver counts about the asynchronous queue, and what we add so that the sum holds (ASY-10).
public struct AsyncCounters: Hashable, Sendable {
    /// MpData.AsyncNotificationCount: numbered messages, direct ones too (ASY-2).
    public var asyncNotificationCount: Int64 = 0
    /// MP_ASYNC.TotalSizeNotificationsSent: bytes of messages taken, sent or failed (ASY-7).
    public var totalSizeNotificationsSent: UInt64 = 0
    /// Messages that MpAsyncSendNotification took in.
    public var enqueued: UInt64 = 0
    /// Messages that the engine took.
    public var sent: UInt64 = 0
    /// Messages whose send failed.
    public var sendFailed: UInt64 = 0
    /// Messages that had to go for newer ones (ASY-4).
    public var droppedOnOverflow: UInt64 = 0

    /// MP_ASYNC.FailedNotifications, the same field as AsyncMessagesFailed (ASY-8).
    public var failedNotifications: UInt64 { sendFailed + droppedOnOverflow }
}

/// What the driver counts about messages of the asynchronous structure that it sends at once (PRC-6).
public struct DirectCounters: Hashable, Sendable {
    /// FltSendMessageCount: sends.
    public var fltSendMessageCount: UInt64 = 0
    /// FltSendMessageTimeStamp: time spent sending, nanoseconds.
    public var totalTimeNanoseconds: UInt64 = 0
    /// FltSendMessageError: failed sends.
    public var fltSendMessageError: UInt64 = 0
    /// FltSendMessageErrorCode: the last status of a failed send.
    public var fltSendMessageErrorCode = NTStatus.success
    /// FltSendMessageStatusTimeout: sends that timed out.
    public var fltSendMessageStatusTimeout: UInt64 = 0
    /// FltSendMessageReplyBufferMismatch: replies to CreateProcess that are none. Inferred from the name (PRC-3).
    public var fltSendMessageReplyBufferMismatch: UInt64 = 0
}

/// One consistent snapshot of everything a host counts.
public struct CountersSnapshot: Hashable, Sendable {
    /// One entry an operation, in the order of `SyncOperation.allCases`.
    public var sync: [(operation: SyncOperation, counters: SyncCounters)] {
        SyncOperation.allCases.map { ($0, syncByType[Int($0.rawValue)]) }
    }
    /// Of the queue.
    public let async: AsyncCounters
    /// Of the direct sends.
    public let direct: DirectCounters
    /// MP_ASYNC.NotificationsCount: messages in both lists.
    public let queued: Int
    /// Messages that the worker has taken and not finished: 0 or 1.
    public let inHand: Int
    /// MP_ASYNC.TotalSizeRemainingNotifications, bytes.
    public let totalSizeRemainingNotifications: Int
    /// Live process contexts, the System process included.
    public let processes: Int
    /// MpProcessTable.CreateThreadNotifyLock.
    public let createThreadNotifyLock: Int
    /// Synchronous and direct messages that are being sent or wait for the semaphore.
    public let underWay: Int
    let syncByType: [SyncCounters]
}
