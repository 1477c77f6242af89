import Driver
import Messages

/// A metric that each host has: once, once for each synchronous operation, or as a histogram.
struct HostFamily: Sendable {
    /// How its numbers lie in a `HostNumbers`.
    enum Shape {
        case single
        case operations
        case latency
    }

    let name: String
    let type: String
    let help: String
    let shape: Shape
    /// Where its first number is.
    let start: Int

    /// How many numbers it has.
    var count: Int {
        switch shape {
        case .single: 1
        case .operations: SyncOperation.allCases.count
        case .latency: LatencyHistogram.bounds.count + 2
        }
    }

    /// All of them, in the order in which they are written; their numbers lie in the same order.
    static let all: [HostFamily] = {
        var families: [HostFamily] = []
        func add(_ name: String, _ type: String, _ help: String, _ shape: Shape) {
            let start = families.last.map { $0.start + $0.count } ?? 0
            families.append(HostFamily(name: "wdfilterd_" + name, type: type, help: help, shape: shape, start: start))
        }
        for metric in HostMetric.all { add(metric.name, metric.isGauge ? "gauge" : "counter", metric.help, .single) }
        for metric in SyncMetric.all { add(metric.name, "counter", metric.help, .operations) }
        add(
            "engine_latency_seconds", "histogram",
            "Time that the engine took to answer, without the wait for a connection.", .latency)
        return families
    }()
}

/// A counter or gauge that each host has once.
struct HostMetric: Sendable {
    let name: String
    let isGauge: Bool
    let help: String
    let value: @Sendable (CountersSnapshot) -> Int64

    static let all: [HostMetric] = [
        counter("async_notifications_total", "MpData.AsyncNotificationCount.") { $0.async.asyncNotificationCount },
        counter("async_enqueued_total", "Messages that MpAsyncSendNotification took in.") {
            Int64(clamping: $0.async.enqueued)
        },
        counter("async_sent_total", "Queued messages that the engine took.") { Int64(clamping: $0.async.sent) },
        counter("async_send_failed_total", "Queued messages whose send failed.") {
            Int64(clamping: $0.async.sendFailed)
        },
        counter("async_dropped_on_overflow_total", "Queued messages that had to go for newer ones.") {
            Int64(clamping: $0.async.droppedOnOverflow)
        },
        counter("async_failed_notifications_total", "MP_ASYNC.FailedNotifications.") {
            Int64(clamping: $0.async.failedNotifications)
        },
        counter("async_size_sent_bytes_total", "MP_ASYNC.TotalSizeNotificationsSent.") {
            Int64(clamping: $0.async.totalSizeNotificationsSent)
        },
        gauge("queue_depth", "MP_ASYNC.NotificationsCount.") { Int64($0.queued) },
        gauge("queue_in_hand", "Messages that the worker is sending.") { Int64($0.inHand) },
        gauge("queue_size_bytes", "MP_ASYNC.TotalSizeRemainingNotifications.") {
            Int64($0.totalSizeRemainingNotifications)
        },
        counter("direct_sends_total", "FltSendMessageCount.") { Int64(clamping: $0.direct.fltSendMessageCount) },
        counter("direct_errors_total", "FltSendMessageError.") { Int64(clamping: $0.direct.fltSendMessageError) },
        counter("direct_timeouts_total", "FltSendMessageStatusTimeout.") {
            Int64(clamping: $0.direct.fltSendMessageStatusTimeout)
        },
        counter("direct_reply_mismatches_total", "FltSendMessageReplyBufferMismatch.") {
            Int64(clamping: $0.direct.fltSendMessageReplyBufferMismatch)
        },
        gauge("processes", "Live process contexts.") { Int64($0.processes) },
        gauge("create_thread_notify_lock", "MpProcessTable.CreateThreadNotifyLock.") {
            Int64($0.createThreadNotifyLock)
        },
    ]

    private static func counter(
        _ name: String, _ help: String, _ value: @escaping @Sendable (CountersSnapshot) -> Int64
    ) -> HostMetric {
        HostMetric(name: name, isGauge: false, help: help, value: value)
    }

    private static func gauge(
        _ name: String, _ help: String, _ value: @escaping @Sendable (CountersSnapshot) -> Int64
    ) -> HostMetric {
        HostMetric(name: name, isGauge: true, help: help, value: value)
    }
}

/// A counter that each host has once for each synchronous operation.
struct SyncMetric: Sendable {
    let name: String
    let help: String
    let value: @Sendable (SyncCounters) -> UInt64

    static let all: [SyncMetric] = [
        SyncMetric(name: "sync_sends_total", help: "SyncNotifications[op].NotificationsCount.") {
            $0.notificationsCount
        },
        SyncMetric(name: "sync_acknowledged_total", help: "SyncNotificationRecvCount[op].") { $0.recvCount },
        SyncMetric(name: "sync_reply_mismatches_total", help: "SyncNotificationsRecvErrorCount[op].") {
            $0.recvErrorCount
        },
        SyncMetric(name: "sync_errors_total", help: "ErrorSyncNotificationsCount[op].") { $0.errorCount },
        SyncMetric(name: "sync_timeouts_total", help: "SyncNotificationsIoTimeoutCount[op].") { $0.ioTimeoutCount },
    ]
}
