public import Driver
public import JSON
import Messages

extension CountersSnapshot {
    /// Writes the counters as `GET /counters` returns them.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("sync") { json in
                json.object { json in
                    for (operation, counters) in sync {
                        json.member(key: operation.name) { $0.object(of: SyncCounters.table, in: counters) }
                    }
                }
            }
            for (name, counters) in CountersSnapshot.objects {
                json.member(name) { $0.object(of: counters, in: self) }
            }
        }
    }
}

extension JSONWriter {
    /// Writes an object with the values of `counters` in `snapshot`.
    fileprivate mutating func object<Snapshot>(of counters: [Counter<Snapshot>], in snapshot: Snapshot) {
        object { json in
            // A line of the table is not copied, which would cost more than writing its value.
            for index in counters.indices {
                switch counters[index].reading {
                case .number(let read): json.member(counters[index].member, read(snapshot))
                case .status(let read): json.member(counters[index].member, read(snapshot).name)
                }
            }
        }
    }
}

extension QueuesSnapshot {
    /// Writes the queue as `GET /queues` returns it.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("notificationsCount", notificationsCount)
            json.member("maxAsyncNotificationCount", config.maxAsyncNotificationCount)
            json.member("asyncStarvationLimit", config.asyncStarvationLimit)
            json.member("starvationCounter", starvationCounter)
            json.member("totalSizeRemainingNotifications", totalSizeRemainingNotifications)
            json.member("worker") { workerMode.write(to: &$0) }
            json.member("highPriority") { write(highPriority, of: highPriorityCount, to: &$0) }
            json.member("normal") { write(normal, of: normalCount, to: &$0) }
            json.member("waiting") { json in
                json.object { json in
                    json.member("count", waitingCount)
                    json.member("entries", each: waiting) { json, call in call.write(to: &json) }
                }
            }
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
                    json.member("enqueuedAt", rfc3339: entry.enqueuedAt)
                }
            }
        }
    }
}

extension WaitingCall {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("for", reason.rawValue)
            if let caller { json.member("requestId", caller.text) }
            if let sequence { json.member("sequence", sequence) }
        }
    }
}

extension AsyncWorkerMode {
    /// Writes the state of the worker.
    public func write(to json: inout JSONWriter) {
        json.object { $0.member("state", rawValue) }
    }
}
