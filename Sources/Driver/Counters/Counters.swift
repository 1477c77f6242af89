public import Messages

/// The driver's counters for one kind of synchronous message. `table` explains each counter.
public struct SyncCounters: Hashable, Sendable {
    package var notificationsCount: UInt64 = 0
    package var totalTimeNanoseconds: UInt64 = 0
    package var recvCount: UInt64 = 0
    package var recvErrorCount: UInt64 = 0
    package var errorCount: UInt64 = 0
    package var errorStatus = NTStatus.success
    package var ioTimeoutCount: UInt64 = 0

    fileprivate var totalTimeMicroseconds: UInt64 { totalTimeNanoseconds / 1000 }

    /// Each counter, in the order of `GET /counters`.
    public static let table: [Counter<SyncCounters>] = [
        .number(
            "sync.*", "notificationsCount", driverName: "MpData.SyncNotifications[op].NotificationsCount", part2,
            "synchronous messages sent, whatever the result", rules: ["SYN-5"], \.notificationsCount,
            metric: .counter("sync_sends_total")),
        .number(
            "sync.*", "totalTimeMicroseconds", driverName: "MpData.SyncNotifications[op].Timestamp", part2,
            "microseconds spent sending synchronous messages", rules: ["SYN-5"], \.totalTimeMicroseconds),
        .number(
            "sync.*", "recvCount", driverName: "MpData.SyncNotificationRecvCount[op]", part2,
            "replies that matched their message", rules: ["SYN-9"], \.recvCount,
            metric: .counter("sync_acknowledged_total")),
        .number(
            "sync.*", "recvErrorCount", driverName: "MpData.SyncNotificationsRecvErrorCount[op]", part2,
            "replies that did not match their message", rules: ["SYN-8"], \.recvErrorCount,
            metric: .counter("sync_reply_mismatches_total")),
        .number(
            "sync.*", "errorCount", driverName: "MpData.ErrorSyncNotificationsCount[op]", part2,
            "synchronous messages that were not sent, or whose send failed", rules: ["SYN-4", "SYN-6"], \.errorCount,
            metric: .counter("sync_errors_total")),
        .status(
            "sync.*", "errorStatus", driverName: "MpData.ErrorSyncNotificationsStatus[op]", part2,
            "the status of the last synchronous message that was not sent, or whose send failed", \.errorStatus),
        .number(
            "sync.*", "ioTimeoutCount", driverName: "MpData.SyncNotificationsIoTimeoutCount[op]", part2,
            "synchronous messages that the engine did not answer in time", rules: ["SYN-6"], \.ioTimeoutCount,
            metric: .counter("sync_timeouts_total")),
    ]
}

/// The driver's counters for the asynchronous queue, and those that we add so that the sum holds (ASY-10).
/// `CountersSnapshot.table` explains each counter.
public struct AsyncCounters: Hashable, Sendable {
    package var asyncNotificationCount: Int64 = 0
    package var totalSizeNotificationsSent: UInt64 = 0
    package var enqueued: UInt64 = 0
    package var sent: UInt64 = 0
    package var sendFailed: UInt64 = 0
    package var droppedOnOverflow: UInt64 = 0

    package var failedNotifications: UInt64 { sendFailed + droppedOnOverflow }
}

/// The driver's counters for messages of the asynchronous structure that bypass the queue (PRC-6).
/// `CountersSnapshot.table` explains each counter.
public struct DirectCounters: Hashable, Sendable {
    package var fltSendMessageCount: UInt64 = 0
    package var totalTimeNanoseconds: UInt64 = 0
    package var fltSendMessageError: UInt64 = 0
    package var fltSendMessageErrorCode = NTStatus.success
    package var fltSendMessageStatusTimeout: UInt64 = 0
    package var fltSendMessageReplyBufferMismatch: UInt64 = 0

    fileprivate var totalTimeMicroseconds: UInt64 { totalTimeNanoseconds / 1000 }
}

/// A consistent snapshot of all counters of a host.
public struct CountersSnapshot: Hashable, Sendable {
    /// One entry per operation, in the order of `SyncOperation.allCases`.
    public var sync: [(operation: SyncOperation, counters: SyncCounters)] {
        SyncOperation.allCases.map { ($0, syncByType[Int($0.rawValue)]) }
    }
    /// The counters of the queue.
    public let async: AsyncCounters
    /// The counters of direct sends.
    public let direct: DirectCounters
    /// Messages in both lists.
    public let queued: Int
    /// Messages that the worker has taken but not finished: 0 or 1, or a batch.
    public let inHand: Int
    /// Bytes of the messages in both lists.
    public let totalSizeRemainingNotifications: Int
    /// Live process contexts, the System process included.
    public let processes: Int
    /// MpProcessTable.CreateThreadNotifyLock.
    public let createThreadNotifyLock: Int
    /// Synchronous and direct messages that are being sent or wait for the semaphore.
    public let inFlight: Int
    let syncByType: [SyncCounters]

    /// The counters that are not per operation, grouped by their object in `GET /counters`, in order.
    public static let objects: [(name: StaticString, counters: [Counter<CountersSnapshot>])] = [
        ("async", queueCounters), ("direct", directCounters), ("processTable", processCounters),
    ]

    /// The counters that are not per operation.
    public static let table = objects.flatMap(\.counters)

    private static let queueCounters: [Counter<CountersSnapshot>] = [
        .number(
            "async", "asyncNotificationCount", driverName: "MpData.AsyncNotificationCount", part2,
            "numbered messages: types below 0xA, queued or direct", rules: ["ASY-2"],
            \.async.asyncNotificationCount,
            metric: .counter("async_notifications_total")),
        .number(
            "async", "failedNotifications", driverName: "MpAsync.FailedNotifications, AsyncMessagesFailed", part2,
            "queued messages that were dropped, or whose send failed", rules: ["ASY-4", "ASY-7", "ASY-8"],
            \.async.failedNotifications, metric: .counter("async_failed_notifications_total")),
        .number(
            "async", "totalSizeNotificationsSent", driverName: "MpAsync.TotalSizeNotificationsSent", part2,
            "bytes of messages taken from the queue, sent or failed", rules: ["ASY-7"],
            \.async.totalSizeNotificationsSent, metric: .counter("async_size_sent_bytes_total")),
        .number(
            "async", "totalSizeRemainingNotifications", driverName: "MpAsync.TotalSizeRemainingNotifications", part2,
            "bytes of messages in the queue", rules: ["ASY-3"], \.totalSizeRemainingNotifications,
            metric: .gauge("queue_size_bytes")),
        .number(
            "async", "notificationsCount", driverName: "MpAsync.NotificationsCount", part2,
            "messages in the queue", rules: ["ASY-3"], \.queued, metric: .gauge("queue_depth")),
        .number(
            "async", "enqueued", driverName: nil, ours, "messages that entered the queue", rules: ["ASY-10"],
            \.async.enqueued, metric: .counter("async_enqueued_total")),
        .number(
            "async", "sent", driverName: nil, ours, "queued messages that the engine took", rules: ["ASY-10"],
            \.async.sent, metric: .counter("async_sent_total")),
        .number(
            "async", "sendFailed", driverName: nil, ours, "queued messages whose send failed", rules: ["ASY-10"],
            \.async.sendFailed, metric: .counter("async_send_failed_total")),
        .number(
            "async", "droppedOnOverflow", driverName: nil, ours, "queued messages dropped because the queue was full",
            rules: ["ASY-4", "ASY-10"], \.async.droppedOnOverflow, metric: .counter("async_dropped_on_overflow_total")),
        .number("async", "queued", driverName: nil, ours, "messages in the queue", rules: ["ASY-10"], \.queued),
        .number(
            "async", "inHand", driverName: nil, ours,
            "messages that the worker is sending; more than 1 only in a batch, which the driver does not have",
            rules: ["ASY-10"], \.inHand, upTo: BatchLimits.messageCounts.upperBound, metric: .gauge("queue_in_hand")),
    ]

    private static let directCounters: [Counter<CountersSnapshot>] = [
        .number(
            "direct", "fltSendMessageCount", driverName: "FltSendMessageCount", part1,
            "direct messages sent, whatever the result", rules: ["PRC-6"], \.direct.fltSendMessageCount,
            metric: .counter("direct_sends_total")),
        .number(
            "direct", "totalTimeMicroseconds", driverName: "FltSendMessageTimeStamp", part1,
            "microseconds spent sending direct messages", rules: ["PRC-6"], \.direct.totalTimeMicroseconds),
        .number(
            "direct", "fltSendMessageError", driverName: "FltSendMessageError", part1,
            "direct messages whose send failed", rules: ["PRC-6"], \.direct.fltSendMessageError,
            metric: .counter("direct_errors_total")),
        .status(
            "direct", "fltSendMessageErrorCode", driverName: "FltSendMessageErrorCode", part1,
            "the status of the last direct message whose send failed", rules: ["PRC-6"],
            \.direct.fltSendMessageErrorCode),
        .number(
            "direct", "fltSendMessageStatusTimeout", driverName: "FltSendMessageStatusTimeout", part1,
            "direct messages that the engine did not answer in time", rules: ["PRC-6"],
            \.direct.fltSendMessageStatusTimeout, metric: .counter("direct_timeouts_total")),
        .number(
            "direct", "fltSendMessageReplyBufferMismatch", driverName: "FltSendMessageReplyBufferMismatch",
            .inferred("from its name"), "replies to CreateProcess that fail the checks", rules: ["PRC-3"],
            \.direct.fltSendMessageReplyBufferMismatch, metric: .counter("direct_reply_mismatches_total")),
    ]

    private static let processCounters: [Counter<CountersSnapshot>] = [
        .number(
            "processTable", "processes", driverName: nil, .decided("the entries of the table's lists"),
            "live process contexts, System among them", \.processes, metric: .gauge("processes")),
        .number(
            "processTable", "createThreadNotifyLock", driverName: "MpProcessTable.CreateThreadNotifyLock", part2,
            "processes that the Ex routine may have yet to check", rules: ["PRC-5", "TEX-2"],
            \.createThreadNotifyLock, metric: .gauge("create_thread_notify_lock")),
    ]
}

private let part1 = Provenance.known("part 1")
private let part2 = Provenance.known("part 2")
private let ours = Provenance.decided("so that the sum of ASY-10 can be seen")
