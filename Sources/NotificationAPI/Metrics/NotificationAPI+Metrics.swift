import Driver
import Messages
import WebhookEngine

extension NotificationAPI {
    /// Everything that is counted, in the Prometheus text format.
    func metricsText() -> String {
        var out = PrometheusText()
        out.metric("wdfilterd_build_info", "gauge", "The running version.")
        out.sample("wdfilterd_build_info", [("version", about.version)], 1)
        out.metric("wdfilterd_http_requests_total", "counter", "Answers by operation and status.")
        for route in NotificationAPI.routes.map(\.metrics) + [metrics.unrouted] {
            for (status, count) in route.answered {
                out.sample(
                    "wdfilterd_http_requests_total", [("operation", route.operation), ("status", String(status))],
                    count)
            }
        }
        let hosts = hosts.all.map { (host: $0, counters: $0.driver.counters) }
        out.metric("wdfilterd_hosts", "gauge", "Hosts.")
        out.sample("wdfilterd_hosts", [], hosts.count)
        out.metric("wdfilterd_log_lines_dropped_total", "counter", "Lines of the log that nobody took in time.")
        out.sample("wdfilterd_log_lines_dropped_total", [], droppedLogLines())
        out.metric("wdfilterd_message_streams", "gauge", "Live streams of messages.")
        out.sample("wdfilterd_message_streams", [], openStreams)
        out.metric(
            "wdfilterd_webhook_no_connection_total", "counter",
            "Messages whose time was over before a connection to their webhook was free.")
        out.sample("wdfilterd_webhook_no_connection_total", [], Int64(clamping: machinery.curl.withoutConnectionCount))
        for metric in HostMetric.all {
            out.metric(metric.name, metric.type, metric.help)
            for (host, counters) in hosts {
                out.sample(metric.name, [("host", host.name)], metric.value(counters))
            }
        }
        for metric in SyncMetric.all {
            out.metric(metric.name, "counter", metric.help)
            for (host, counters) in hosts {
                for (operation, counts) in counters.sync {
                    out.sample(metric.name, [("host", host.name), ("operation", operation.name)], metric.value(counts))
                }
            }
        }
        out.metric("wdfilterd_engine_latency_seconds", "histogram", "Time from a send to the engine's answer.")
        for (host, _) in hosts { out.histogram("wdfilterd_engine_latency_seconds", host.name, host.latency) }
        return out.text
    }
}

/// A counter or gauge that each host has once.
private struct HostMetric: Sendable {
    let name: String
    let type: String
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
        HostMetric(name: "wdfilterd_" + name, type: "counter", help: help, value: value)
    }

    private static func gauge(
        _ name: String, _ help: String, _ value: @escaping @Sendable (CountersSnapshot) -> Int64
    ) -> HostMetric {
        HostMetric(name: "wdfilterd_" + name, type: "gauge", help: help, value: value)
    }
}

/// A counter that each host has once for each synchronous operation.
private struct SyncMetric: Sendable {
    let name: String
    let help: String
    let value: @Sendable (SyncCounters) -> UInt64

    static let all: [SyncMetric] = [
        SyncMetric(name: "wdfilterd_sync_sends_total", help: "SyncNotifications[op].NotificationsCount.") {
            $0.notificationsCount
        },
        SyncMetric(name: "wdfilterd_sync_acknowledged_total", help: "SyncNotificationRecvCount[op].") {
            $0.recvCount
        },
        SyncMetric(name: "wdfilterd_sync_reply_mismatches_total", help: "SyncNotificationsRecvErrorCount[op].") {
            $0.recvErrorCount
        },
        SyncMetric(name: "wdfilterd_sync_errors_total", help: "ErrorSyncNotificationsCount[op].") { $0.errorCount },
        SyncMetric(name: "wdfilterd_sync_timeouts_total", help: "SyncNotificationsIoTimeoutCount[op].") {
            $0.ioTimeoutCount
        },
    ]
}

extension PrometheusText {
    fileprivate mutating func histogram(_ name: String, _ host: String, _ histogram: LatencyHistogram) {
        let (buckets, sum) = histogram.snapshot
        var count: UInt64 = 0
        for (index, observations) in buckets.enumerated() {
            count += observations
            let bound =
                index < LatencyHistogram.bounds.count
                ? "\(Double(LatencyHistogram.bounds[index]) / 1_000_000)" : "+Inf"
            sample(name + "_bucket", [("host", host), ("le", bound)], count)
        }
        sample(name + "_sum", [("host", host)], seconds: Double(sum) / 1_000_000)
        sample(name + "_count", [("host", host)], count)
    }
}
