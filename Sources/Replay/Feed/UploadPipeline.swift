import DequeModule
public import Driver
import Locking
public import RecordText

/// An upload whose lines are read on the thread of the caller and applied on another one.
///
/// `consume`, `finish` and `abandon` may be called on changing threads, but one at a time.
public final class UploadPipeline: Sendable {
    /// The lines of one piece of the upload.
    private struct Batch {
        let lines: ReadLines
        /// The size of the piece and of the lines that were read from it.
        let bytes: Int
        /// The index of the first line that was not applied.
        var start = 0
    }

    private struct State {
        var batches: Deque<Batch> = []
        /// The size of `batches`.
        var bytes = 0
        var isApplying = false
        /// Whether a thread applies lines and does not wait for the feed.
        var isRunning = false
        /// Whether the feed resumed before that thread found that it has to wait.
        var isResumed = false
        var resume: (@Sendable () -> Void)?
        var completion: (@Sendable (FeedReport) -> Void)?
        /// Nil before the first piece.
        var container: Container?

        /// The batch to apply. Without one, applying stops until a batch is added; the completion is returned too if all
        /// batches have been added.
        mutating func next() -> (Batch?, completion: (@Sendable (FeedReport) -> Void)?) {
            if let first = batches.first { return (first, nil) }
            (isApplying, isRunning) = (false, false)
            defer { completion = nil }
            return (nil, completion)
        }

        /// Notes that the feed can continue; true if it needs a thread.
        mutating func wake() -> Bool {
            isResumed = isRunning
            defer { isRunning = true }
            return !isRunning
        }

        /// Notes that the feed waits; true if it can already continue.
        mutating func rest() -> Bool {
            defer { isResumed = false }
            isRunning = isResumed
            return isResumed
        }

        /// Notes that the first batch was applied up to `end`; returns `resume` if there is room again.
        mutating func advance(to end: Int) -> (@Sendable () -> Void)? {
            guard !batches.isEmpty else { return nil }
            batches[0].start = end
            if end < batches[0].lines.count { return nil }
            bytes -= batches.removeFirst().bytes
            guard bytes < UploadPipeline.mostBytes else { return nil }
            defer { resume = nil }
            return resume
        }
    }

    /// The limit of bytes that are read and not applied. Above it, the pipeline takes no more.
    private static let mostBytes = 256 << 10

    private let feed: EventFeed
    /// Used by the threads that bring the upload, one at a time.
    private let reader: Locked<ReadAhead>
    private let slices: any SliceQueue
    private let state = Locked(State())

    /// The time for which lines are applied before other work gets a turn.
    private static let slice = Duration.milliseconds(2)

    /// A pipeline that finds the hosts of machines with `findTarget`, like an `EventFeed`, and applies its lines on `slices`.
    public init(
        _ options: EventFeed.Options, slices: any SliceQueue,
        findTarget: @escaping @Sendable (_ machine: String?) -> EventTarget?
    ) {
        self.slices = slices
        feed = EventFeed(options: options, slices: slices, findTarget: findTarget)
        reader = Locked(ReadAhead(options))
    }

    /// Takes all of `bytes`, or none if too many wait to be applied. It then calls `resume` once when it can continue, on any
    /// thread, possibly before this returns.
    public func consume(_ bytes: UnsafeRawBufferPointer, resume: @escaping @Sendable () -> Void) -> Int {
        let (isText, isFull) = state.withLock { state in
            let container = state.container ?? Container(head: Array(bytes.prefix(Container.headBytes)))
            state.container = container
            guard case .text = container else { return (false, false) }
            guard state.bytes >= Self.mostBytes else { return (true, false) }
            state.resume = resume
            return (true, true)
        }
        if !isText { return bytes.count }
        if isFull { return 0 }
        let piece = BorrowedBytes(bytes: bytes)
        let lines = reader.withLock { $0.read(piece: piece.bytes) }
        add(Batch(lines: lines, bytes: bytes.count + lines.storageBytes), completion: nil)
        return bytes.count
    }

    /// The kind of the upload by its first piece. Nothing of one that is not text is read.
    public var container: Container { state.withLock { $0.container } ?? .text }

    /// Ends the upload; `completion` runs once, on any thread.
    public func finish(completion: @escaping @Sendable (FeedReport) -> Void) {
        let lines = reader.withLock { $0.finish() }
        add(Batch(lines: lines, bytes: lines.storageBytes), completion: completion)
    }

    /// Discards the rest of the upload, because the client has disconnected: nothing more is applied, and no further closure
    /// is called.
    public func abandon() {
        feed.abandon()
        state.withLock { state in
            state.batches = []
            (state.resume, state.completion) = (nil, nil)
        }
    }

    private func add(_ batch: Batch, completion: (@Sendable (FeedReport) -> Void)?) {
        let isIdle = state.withLock { state in
            state.batches.append(batch)
            state.bytes += batch.bytes
            state.completion = completion
            if state.isApplying { return false }
            (state.isApplying, state.isRunning) = (true, true)
            return true
        }
        if isIdle { slices.run { self.apply() } }
    }

    /// Applies lines until none are left or the feed has to wait; true if the time was up first.
    private func apply() -> Bool {
        while true {
            let (batch, completion) = state.withLock { $0.next() }
            guard let batch else {
                if let completion { feed.finish(completion: completion) }
                return false
            }
            let (end, isCut) = feed.consume(batch.lines, from: batch.start, slice: UploadPipeline.slice) {
                if self.state.withLock({ $0.wake() }) { self.slices.run { self.apply() } }
            }
            let resume = state.withLock { $0.advance(to: end) }
            resume?()
            if isCut { return true }
            if end < batch.lines.count, !state.withLock({ $0.rest() }) { return false }
        }
    }
}
