public import Driver
public import JSON

extension HistoryPage {
    /// Writes the members of a page of the history but for its items.
    public func writeMembers(to json: inout JSONWriter) {
        json.member("bucketMs", bucketTicks / 10_000)
        json.member("oldest", oldest)
        json.member("next", min(newestOver, first + UInt64(items.count) - 1))
        json.member("before") { json in json.object { before.write(to: &$0) } }
    }

    /// The items with their numbers.
    public var numbered: [(number: UInt64, bucket: HistoryBucket)] {
        items.enumerated().map { (first + UInt64($0.offset), $0.element) }
    }
}

extension HistoryBucket {
    /// Writes the bucket with its number; `isOpen` says that it is not over.
    public func write(numbered number: UInt64, isOpen: Bool = false, to json: inout JSONWriter) {
        json.object { json in
            json.member("bucket", number)
            json.member("time", rfc3339: start)
            if isOpen { json.member("open", true) }
            json.member("depthMax", depthMax)
            json.member("highPriority") { highPriority.write(to: &$0) }
            json.member("normal") { normal.write(to: &$0) }
            json.member("bytesMax", bytesMax)
            json.member("starvationMax", starvationMax)
            counts.write(waitingMax: waitingMax, to: &json)
            json.member("worker", worker.name)
        }
    }
}

extension HistoryBucket.Level {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("last", last)
            json.member("max", max)
        }
    }
}

extension HistoryBucket.WorkerModes {
    /// The state of the worker, or that it had several.
    fileprivate var name: StaticString {
        switch self {
        case .running: "running"
        case .paused: "paused"
        case .stopped: "stopped"
        default: "mixed"
        }
    }
}

extension HistoryCounts {
    /// Writes the counts as members; those of the semaphore only if `waitingMax` is given.
    fileprivate func write(waitingMax: UInt32? = nil, to json: inout JSONWriter) {
        json.member("enqueued", UInt64(enqueued))
        json.member("sent", UInt64(sent))
        json.member("sendFailed", UInt64(sendFailed))
        json.member("dropped", UInt64(dropped))
        json.member("sync") { json in
            json.object { json in
                json.member("sent", UInt64(syncSent))
                json.member("failed", UInt64(syncFailed))
                json.member("notSent", UInt64(syncNotSent))
                if let waitingMax { json.member("waitingMax", waitingMax) }
            }
        }
        json.member("direct") { json in
            json.object { json in
                json.member("sent", UInt64(directSent))
                json.member("failed", UInt64(directFailed))
            }
        }
        json.member("latency") { json in
            json.object { json in
                json.member("count", UInt64(latencyCount))
                json.member("totalMicroseconds", latencyTotalMicroseconds)
                json.member("maxMicroseconds", UInt64(latencyMaxMicroseconds))
            }
        }
    }
}
