/// The rate at which a client sends the body of an upload. Time that the client spends waiting for us does not count.
///
/// Plain state. Times are nanoseconds of a monotonic clock.
struct UploadPace {
    /// The time over which the rate is measured.
    static let window: UInt64 = 10_000_000_000
    /// The minimum rate, in bytes per second, for keeping the slot when others need one.
    static let minimumRate: Double = 1024

    private struct Mark {
        var time: UInt64
        var bytes: UInt64
    }

    /// The start of the body, plus the time that the client waited for us.
    private var start: UInt64
    /// The time of the last received bytes.
    private var latest: UInt64
    private var bytes: UInt64 = 0
    private var earlier: Mark
    private var current: Mark
    private var pausedSince: UInt64?
    private var isFinished = false

    /// A body that starts at `now`.
    init(at now: UInt64) {
        start = now
        latest = now
        earlier = Mark(time: now, bytes: 0)
        current = earlier
    }

    /// Records that `count` bytes were consumed. `isPaused` is true if the client must now wait until we consume more.
    mutating func record(_ count: Int, isPaused: Bool, at now: UInt64) {
        let now = max(now, latest)
        if let since = pausedSince {
            let wait = now - since
            start += wait
            earlier.time += wait
            current.time += wait
        }
        bytes += UInt64(count)
        latest = now
        pausedSince = isPaused ? now : nil
        if now - current.time >= Self.window {
            earlier = current
            current = Mark(time: now, bytes: bytes)
        }
    }

    /// Records that the body is complete, so that the client cannot be slow any more.
    mutating func finish() { isFinished = true }

    /// The rate over the last one or two windows in bytes per second if it is below `minimumRate`; nil for a client that is
    /// fast enough, waits for us, or has just started.
    ///
    /// `now` may be earlier than the last record, because the checking thread may have read the clock before the client's
    /// thread did.
    func slowness(at now: UInt64) -> Double? {
        let now = max(now, latest)
        guard !isFinished, pausedSince == nil, now - start >= Self.window else { return nil }
        if now - latest >= Self.window { return 0 }
        let mark = now - current.time >= Self.window ? current : earlier
        let rate = Double(bytes - mark.bytes) * 1_000_000_000 / Double(max(1, now - mark.time))
        return rate < Self.minimumRate ? rate : nil
    }
}
