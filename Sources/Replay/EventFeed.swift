public import Driver
import Locking
public import Messages

/// One upload of event lines, applied to one host's driver in order.
///
/// A line is applied when the one before has been: a creation waits for the engine's reply. No thread waits meanwhile.
/// What is kept does not grow with the upload.
///
/// `consume`, `finish` and `abandon` may be called on changing threads, but by one at a time.
public final class EventFeed: Sendable {
    private let driver: Driver
    private let onEventTime: @Sendable (FileTime) -> Void
    private let state: Locked<State>

    /// A feed for the host that `driver` belongs to.
    ///
    /// `onEventTime` gets the UtcTime of each recorded event just before the driver is told of it, on the thread that does
    /// that: the time of a host whose clock is in mode `events`.
    public init(driver: Driver, options: Options, onEventTime: @escaping @Sendable (FileTime) -> Void) {
        self.driver = driver
        self.onEventTime = onEventTime
        state = Locked(State(sequence: EventSequence(options)))
    }

    /// Takes a prefix of `bytes` and returns how many.
    ///
    /// Fewer than all: the feed waits for the engine, or for room in the queue. It then calls `resume` once when it can go
    /// on, on any thread, maybe before this returns. Once the feed has stopped it takes everything and applies nothing.
    public func consume(_ bytes: UnsafeRawBufferPointer, resume: @escaping @Sendable () -> Void) -> Int {
        guard !bytes.isEmpty, state.withLock({ $0.start(resume) }) else { return 0 }
        return run(bytes, resume)
    }

    /// The upload is complete: applies a last line without a newline and gives up records that still wait for their pid.
    ///
    /// `completion` runs once, before this returns or later, on any thread.
    public func finish(completion: @escaping @Sendable (EventsReport) -> Void) {
        guard state.withLock({ $0.finish(completion) }) else { return }
        _ = run(UnsafeRawBufferPointer(start: nil, count: 0), nil)
    }

    /// The client is gone: nothing more is applied, and nobody is called who is not being called already.
    public func abandon() {
        state.withLock { $0.abandon() }
    }

    /// Does one thing after the other until there is nothing to do or something to wait for.
    private func run(_ bytes: UnsafeRawBufferPointer, _ resume: (@Sendable () -> Void)?) -> Int {
        let chunk = Chunk(bytes: bytes)
        var offset = 0
        while true {
            let (step, end) = state.withLock { [offset] in $0.next(in: chunk.bytes, from: offset) }
            offset = end
            switch step {
            case .decide(let processIds):
                let live = LiveProcesses(processIds, of: driver)
                state.withLock { $0.sequence.decide(live) }
                continue
            case .awaitRoom:
                driver.awaitQueueRoom { self.answer(.room($0)) }
            case .call(let call, let time):
                if let time { onEventTime(time) }
                call.perform(on: driver) { self.answer($0) }
            case .idle(let then):
                then?()
                return offset
            }
            if state.withLock({ $0.park(offset < bytes.count ? resume : nil) }) { return offset }
        }
    }

    /// Takes the outcome of the call under way. When nobody waits for it any more, goes on here.
    private func answer(_ outcome: DriverCall.Outcome) {
        if state.withLock({ $0.answer(outcome) }) { _ = run(UnsafeRawBufferPointer(start: nil, count: 0), nil) }
    }
}

/// Bytes of the caller's, lent for a call; the state looks at them and keeps nothing of them.
private struct Chunk: @unchecked Sendable {  // a C pointer, used by the calling thread alone
    let bytes: UnsafeRawBufferPointer
}

extension EventFeed {
    /// What a feed is made with.
    public struct Options: Sendable {
        /// How the lines are written.
        public enum Format: String, CaseIterable, Sendable {
            /// `{"type": "processCreate", ...}`: the driver's events.
            case native
            /// Records of Sysmon.
            case sysmon
        }

        /// How the lines are written.
        public var format: Format
        /// Sysmon: the machine to replay, without case; nil for the first one met.
        public var machine: String?
        /// Whether the feed waits for room in the queue instead of having the driver drop messages (`onFull=wait`).
        public var waitsWhenFull = false
        /// Whether the first wrong line is the last one that is looked at.
        public var stopsOnError = false
        /// Sysmon: whether each created process gets a first thread, created by its parent; recordings have none.
        public var createsInitialThreads = false
        /// Longer lines are rejected; bytes.
        public var maxLineBytes = 1 << 20
        /// How many rejected lines are listed.
        public var maxRejectedListed = 100
        /// Sysmon: how many records may wait for their pid.
        public var maxHeldRecords = 1000

        /// The defaults.
        public init(format: Format = .native) { self.format = format }
    }
}
