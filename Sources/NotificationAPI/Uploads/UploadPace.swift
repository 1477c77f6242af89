/// How fast a client sends the body of an upload, as far as it is the client that is waited for.
///
/// It decides and does nothing. Times are nanoseconds of a clock that never goes back.
struct UploadPace {
    /// Over how long a client is looked at before it is called slow.
    static let window: UInt64 = 10_000_000_000
    /// The rate at which a client keeps its slot when others need one, in bytes a second.
    static let least: Double = 1024

    private struct Mark {
        var time: UInt64
        var bytes: UInt64
    }

    /// When the body began; moved on by the time that the client waited for us.
    private var beginning: UInt64
    /// When the client has sent something last.
    private var latest: UInt64
    private var bytes: UInt64 = 0
    private var earlier: Mark
    private var current: Mark
    private var pausedSince: UInt64?
    private var isOver = false

    /// A body that begins at `now`.
    init(at now: UInt64) {
        beginning = now
        latest = now
        earlier = Mark(time: now, bytes: 0)
        current = earlier
    }

    /// Records that `count` bytes were consumed. `isPaused` says that the client must wait now until more are consumed.
    mutating func record(_ count: Int, isPaused: Bool, at now: UInt64) {
        let now = max(now, latest)
        if let since = pausedSince {
            let wait = now - since
            beginning += wait
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

    /// The body is complete: nothing is expected of the client any more.
    mutating func finish() { isOver = true }

    /// The rate over the last window or two in bytes a second, when it is under what keeps a slot; nil for a client that is
    /// fast enough, waits for us, or has only begun.
    ///
    /// `now` may be before the latest piece: the thread that looks has read the clock before the client's thread did.
    func slowness(at now: UInt64) -> Double? {
        let now = max(now, latest)
        guard !isOver, pausedSince == nil, now - beginning >= Self.window else { return nil }
        if now - latest >= Self.window { return 0 }
        let mark = now - current.time >= Self.window ? current : earlier
        let rate = Double(bytes - mark.bytes) * 1_000_000_000 / Double(max(1, now - mark.time))
        return rate < Self.least ? rate : nil
    }
}
