import Driver
import JSON
import Messages

extension CountersSnapshot {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sync") { json in
                json.object { json in
                    for (operation, counters) in sync {
                        json.member(key: operation.name) { counters.write(to: &$0) }
                    }
                }
            }
            json.member("async") { writeAsync(to: &$0) }
            json.member("direct") { direct.write(to: &$0) }
            json.member("processTable") { json in
                json.object { json in
                    json.member("processes", processes)
                    json.member("createThreadNotifyLock", createThreadNotifyLock)
                }
            }
        }
    }

    private func writeAsync(to json: inout JSONWriter) {
        json.object { json in
            json.member("asyncNotificationCount", async.asyncNotificationCount)
            json.member("failedNotifications", async.failedNotifications)
            json.member("totalSizeNotificationsSent", async.totalSizeNotificationsSent)
            json.member("totalSizeRemainingNotifications", totalSizeRemainingNotifications)
            json.member("notificationsCount", queued)
            json.member("enqueued", async.enqueued)
            json.member("sent", async.sent)
            json.member("sendFailed", async.sendFailed)
            json.member("droppedOnOverflow", async.droppedOnOverflow)
            json.member("queued", queued)
            json.member("inHand", inHand)
        }
    }
}

extension SyncCounters {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("notificationsCount", notificationsCount)
            json.member("totalTimeMicroseconds", totalTimeNanoseconds / 1000)
            json.member("recvCount", recvCount)
            json.member("recvErrorCount", recvErrorCount)
            json.member("errorCount", errorCount)
            json.member("errorStatus", errorStatus.name)
            json.member("ioTimeoutCount", ioTimeoutCount)
        }
    }
}

extension DirectCounters {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("fltSendMessageCount", fltSendMessageCount)
            json.member("totalTimeMicroseconds", totalTimeNanoseconds / 1000)
            json.member("fltSendMessageError", fltSendMessageError)
            json.member("fltSendMessageErrorCode", fltSendMessageErrorCode.name)
            json.member("fltSendMessageStatusTimeout", fltSendMessageStatusTimeout)
            json.member("fltSendMessageReplyBufferMismatch", fltSendMessageReplyBufferMismatch)
        }
    }
}

extension QueuesSnapshot {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("notificationsCount", notificationsCount)
            json.member("maxAsyncNotificationCount", config.maxAsyncNotificationCount)
            json.member("asyncStarvationLimit", config.asyncStarvationLimit)
            json.member("starvationCounter", starvationCounter)
            json.member("totalSizeRemainingNotifications", totalSizeRemainingNotifications)
            json.member("worker") { workerMode.write(to: &$0) }
            json.member("highPriority") { write(highPriority, of: highPriorityCount, to: &$0) }
            json.member("normal") { write(normal, of: normalCount, to: &$0) }
        }
    }

    private func write(_ entries: [AsyncNotification], of count: Int, to json: inout JSONWriter) {
        json.object { json in
            json.member("count", count)
            json.member("entries", each: entries) { json, entry in
                json.object { json in
                    json.member("sequence", entry.record.message.sequence)
                    json.member("operation", entry.record.message.operationName)
                    json.member("notificationNumber", entry.record.notificationNumber ?? 0)
                    json.member("size", entry.size)
                    json.member("enqueuedAt", entry.enqueuedAt.rfc3339)
                }
            }
        }
    }
}

extension AsyncWorkerMode {
    func write(to json: inout JSONWriter) {
        json.object { $0.member("state", rawValue) }
    }
}
