import Driver
import Locking
import MicroHTTPD

/// A live stream of a host's messages, decisions or history to one reader.
///
/// The host's own memory is the only buffer: a stream holds a position in it and one page, so that a slow reader costs
/// nothing. A reader that falls behind gets a gap notice. The connection is suspended while there is nothing to send, or other
/// streams have their turns.
final class LiveStream<Feed: StreamFeed>: BodyProducer {
    private struct State {
        var feed: Feed
        /// Makes the connection's thread call `produce` again; nil unless the connection is suspended.
        var resumption: BodyResumption?
        var isFollowing = false
        /// Whether a search is running. Only its end resumes the connection then.
        var isFetching = false
        /// The bytes that it may send before it takes a turn.
        var allowance = StreamTurns.bytes
        /// Whether it waits for its turn. Only that resumes the connection then.
        var isAwaitingTurn = false
        /// Whether a heartbeat is to come. The timers themselves are kept to cancel them, and may have fired already.
        var isAwaitingHeartbeat = false
        var followerID: UInt64?
        var heartbeatTimer: (any ScheduledTimer)?
        var turnTimer: (any ScheduledTimer)?
        var bucketTimer: (any ScheduledTimer)?
        var isClosed = false

        mutating func next(
            into buffer: UnsafeMutableRawBufferPointer
        ) -> StreamStep<Feed.Request, Feed.Position> {
            let step = feed.next(into: buffer)
            if case .copied(let count) = step { allowance -= count }
            return step
        }

        /// Copies more of the text that has begun, and nothing after it; nil if the stream is between two texts.
        mutating func finishText(in buffer: UnsafeMutableRawBufferPointer) -> Int? {
            guard !feed.output.isEmpty else { return nil }
            let count = feed.output.copy(to: buffer)
            allowance -= count
            return count
        }
    }

    private let driver: Driver
    private let timers: any TimerQueue
    private let heartbeat: Duration
    private let state: Locked<State>
    /// Held, so that the host does not become idle and the slot stays in use.
    private let context: RequestContext
    private let slot: Slots.Slot

    /// A stream that answers the request of `context`.
    init(
        _ feed: Feed, of host: Host, heartbeat: Duration, in slot: Slots.Slot,
        for context: RequestContext
    ) {
        driver = host.driver
        timers = context.api.dependencies.timers
        self.heartbeat = heartbeat
        state = Locked(State(feed: feed))
        self.context = context
        self.slot = slot
    }

    func produce(into buffer: UnsafeMutableRawBufferPointer, resume: BodyResumption) -> BodyProduction {
        while true {
            let isAdmitted = context.isStillAdmitted
            // A stream ends and pauses between two texts, so that its reader never has half of one.
            let rest = state.withLock { isAdmitted && $0.allowance > 0 ? nil : $0.finishText(in: buffer) }
            if let rest { return .bytes(rest) }
            guard isAdmitted else { return .end }
            if mustAwaitTurn(resume) { return .later }
            switch state.withLock({ $0.next(into: buffer) }) {
            case .copied(let count): return .bytes(count)
            case .end: return .end
            case .fetch(let request):
                if fetchInSlices(request, resume) { return .later }
                let answer = Feed.answer(to: request, from: driver)
                state.withLock { $0.feed.receive(answer) }
            case .wait(let position):
                switch wait(after: position, resume) {
                case .waiting, .after: return .later
                case .ready: state.withLock { $0.feed.requestFetch() }
                case .ended: return .end
                }
            }
        }
    }

    /// Whether the stream has used up its turn and must wait for the next one, when `resume` is called.
    private func mustAwaitTurn(_ resume: BodyResumption) -> Bool {
        let delay: Duration? = state.withLock { state in
            if state.isAwaitingTurn {
                state.resumption = resume
                return .zero
            }
            if state.allowance > 0 { return nil }
            state.allowance += StreamTurns.bytes
            let delay = context.api.streamTurns.take()
            guard delay > .zero else { return nil }
            state.resumption = resume
            state.isAwaitingTurn = true
            return delay
        }
        guard let delay else { return false }
        if delay > .zero { startTimer(after: delay, \.turnTimer) { $0.isAwaitingTurn = false } }
        return true
    }

    /// Fetches in slices, and then calls `resume`; false if the request needs no slices.
    private func fetchInSlices(_ request: Feed.Request, _ resume: BodyResumption) -> Bool {
        let isWanted: @Sendable () -> Bool = { [weak self] in self?.state.withLock { !$0.isClosed } ?? false }
        let fetch = Feed.answerInSlices(
            to: request, from: driver, context.api.dependencies.slices, isWanted: isWanted)
        guard let fetch else { return false }
        state.withLock { state in
            state.resumption = resume
            state.isFetching = true
        }
        fetch { [weak self] answer in
            self?.wake { state in
                state.isFetching = false
                state.feed.receive(answer)
            }
        }
        return true
    }

    func close() {
        let (followerID, timers) = state.withLock { state in
            state.isClosed = true
            state.resumption = nil
            return (state.followerID, [state.heartbeatTimer, state.turnTimer, state.bucketTimer])
        }
        if let followerID { driver.stopFollowing(followerID) }
        for timer in timers { timer?.cancel() }
    }

    /// Arranges for `resume` to be called when there is something after `position` or a heartbeat is due.
    private func wait(after position: Feed.Position, _ resume: BodyResumption) -> StreamFollowing {
        // Stored before calling the driver, which may call back before it returns.
        let (mustFollow, mustBeat) = state.withLock { state in
            state.resumption = resume
            defer {
                state.isFollowing = true
                state.isAwaitingHeartbeat = true
            }
            return (!state.isFollowing, !state.isAwaitingHeartbeat)
        }
        if mustBeat {
            startTimer(after: heartbeat, \.heartbeatTimer) { state in
                state.isAwaitingHeartbeat = false
                state.feed.requestHeartbeat()
            }
        }
        guard mustFollow else { return .waiting(0) }
        let following = Feed.follow(position, of: driver) { [weak self] in self?.wake(Self.endFollowing) }
        switch following {
        case .waiting(let id): state.withLock { $0.followerID = id }
        case .after(let delay): startTimer(after: delay, \.bucketTimer, Self.endFollowing)
        case .ready, .ended: state.withLock { $0.isFollowing = false }
        }
        return following
    }

    private static func endFollowing(_ state: inout State) {
        state.isFollowing = false
        state.feed.requestFetch()
    }

    /// Makes `change` and wakes the stream after `delay`.
    private func startTimer(
        after delay: Duration, _ place: any WritableKeyPath<State, (any ScheduledTimer)?> & Sendable,
        _ change: @escaping @Sendable (inout State) -> Void
    ) {
        let timer = timers.schedule(after: delay) { [weak self] in self?.wake(change) }
        let isClosed = state.withLock { state in
            state[keyPath: place] = timer
            return state.isClosed
        }
        if isClosed { timer.cancel() }
    }

    private func wake(_ change: (inout State) -> Void) {
        let resumption = state.withLock { state in
            change(&state)
            if state.isFetching || state.isAwaitingTurn { return nil as BodyResumption? }
            defer { state.resumption = nil }
            return state.resumption
        }
        resumption?.resume()
    }
}
