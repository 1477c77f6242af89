import Messages

extension DriverState {
    /// Records in the history that something changed at `moment`; `count` adds to its counts.
    @inline(__always)
    mutating func note(at moment: Moment, _ count: (inout HistoryCounts<UInt32>) -> Void = { _ in }) {
        guard history.isKept else { return }
        if history.isOver(at: moment.wall) { openBucket(at: moment.wall) }
        history.note(levels, count)
    }

    /// Opens the next bucket, and wakes the callers that wait for the previous one to end.
    private mutating func openBucket(at wall: FileTime) {
        history.open(at: wall)
        noteMemory()
        wake(followers.take(.bucket))
    }

    private var levels: HistoryLevels {
        HistoryLevels(
            highPriority: queue.highPriority.count, normal: queue.normal.count,
            bytes: queue.totalSizeRemainingNotifications, starvation: queue.starvationCounter,
            waiting: permitWaits.count, mode: worker.mode)
    }
}

// MARK: - Memory

extension DriverState {
    /// Bytes of the history and the decisions.
    var keptBytes: Int { history.count * History.bucketBytes + decisions.bytes }

    /// Reports memory to the port in steps, so that most changes report none.
    mutating func noteMemory() {
        guard keptBytes > reportedBytes else { return }
        reportedBytes += Self.memoryStep
        wakeUps.append(.memory(Self.memoryStep))
    }

    private static let memoryStep = 16 << 10

    /// Gives up the older half of the history and of the decisions; returns the reported bytes that are free again.
    mutating func giveUpHalf() -> Int {
        history.giveUpHalf()
        decisions.giveUpHalf()
        let reported = (keptBytes + Self.memoryStep - 1) / Self.memoryStep * Self.memoryStep
        defer { reportedBytes = min(reportedBytes, reported) }
        return reportedBytes - min(reportedBytes, reported)
    }
}

/// Knows the memory that the histories and decisions of several drivers take together.
public protocol HistoryMemory: AnyObject, Sendable {
    /// A driver needs `bytes` more, or gives `-bytes` back. Called without the driver's lock.
    func grew(by bytes: Int)
}
