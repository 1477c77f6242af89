import DequeModule
public import Driver
import Locking

/// An upload whose lines are read on the thread that brings them, and applied on another one meanwhile.
///
/// `consume`, `finish` and `abandon` may be called on changing threads, but by one at a time.
public final class UploadPipeline: Sendable {
    /// What was read from one piece of the upload.
    private struct Batch {
        let lines: ReadLines
        /// Its size: that of the piece, and of the lines that were read from it.
        let bytes: Int
        /// The first line that was not applied.
        var place = 0
    }

    private struct State {
        var batches: Deque<Batch> = []
        /// In `batches`.
        var bytes = 0
        var isApplying = false
        /// Whether a thread applies at the moment, and does not wait for the feed.
        var isRunning = false
        /// Whether the feed could go on before that thread knew that it could not.
        var isResumed = false
        var resume: (@Sendable () -> Void)?
        var completion: (@Sendable (FeedReport) -> Void)?

        /// The batch to apply. When there is none, applying stops until a batch is added; then also returns who gets
        /// the report, once all batches have been added.
        mutating func next() -> (Batch?, completion: (@Sendable (FeedReport) -> Void)?) {
            if let first = batches.first { return (first, nil) }
            (isApplying, isRunning) = (false, false)
            defer { completion = nil }
            return (nil, completion)
        }

        /// The feed can go on; true when a thread must be found for it.
        mutating func wake() -> Bool {
            isResumed = isRunning
            defer { isRunning = true }
            return !isRunning
        }

        /// The feed waits; true when it can go on already.
        mutating func rest() -> Bool {
            defer { isResumed = false }
            isRunning = isResumed
            return isResumed
        }

        /// The first batch was applied up to `place`; returns whom to tell that there is room.
        mutating func advance(to place: Int) -> (@Sendable () -> Void)? {
            guard !batches.isEmpty else { return nil }
            batches[0].place = place
            if place < batches[0].lines.count { return nil }
            bytes -= batches.removeFirst().bytes
            guard bytes < UploadPipeline.mostBytes else { return nil }
            defer { resume = nil }
            return resume
        }
    }

    /// Nothing more is taken while so many bytes are read and not applied.
    private static let mostBytes = 256 << 10

    private let feed: EventFeed
    /// Used by whoever brings the upload, one at a time.
    private let reader: Locked<ReadAhead>
    private let slices: any SliceQueue
    private let state = Locked(State())

    /// How long lines are applied before others get a turn.
    private static let slice = Duration.milliseconds(2)

    /// A pipeline whose machines get the hosts that `findTarget` finds, as with `EventFeed`. Its lines are applied on
    /// `slices`.
    public init(
        _ options: EventFeed.Options, slices: any SliceQueue,
        findTarget: @escaping @Sendable (_ machine: String?) -> EventTarget?
    ) {
        self.slices = slices
        feed = EventFeed(options: options, slices: slices, findTarget: findTarget)
        reader = Locked(ReadAhead(options))
    }

    /// Takes all of `bytes`, or nothing: then too much waits to be applied, and it calls `resume` once when it can go on,
    /// on any thread, maybe before this returns.
    public func consume(_ bytes: UnsafeRawBufferPointer, resume: @escaping @Sendable () -> Void) -> Int {
        let isFull = state.withLock { state in
            guard state.bytes >= Self.mostBytes else { return false }
            state.resume = resume
            return true
        }
        if isFull { return 0 }
        let piece = BorrowedBytes(bytes: bytes)
        let lines = reader.withLock { $0.read(piece: piece.bytes) }
        add(Batch(lines: lines, bytes: bytes.count + lines.storageBytes), completion: nil)
        return bytes.count
    }

    /// The upload is complete; `completion` runs once, on any thread.
    public func finish(completion: @escaping @Sendable (FeedReport) -> Void) {
        let lines = reader.withLock { $0.finish() }
        add(Batch(lines: lines, bytes: lines.storageBytes), completion: completion)
    }

    /// The client is gone: nothing more is applied, and nobody is called who is not being called already.
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

    /// Applies what was read until nothing is left, or there is something to wait for; true when the time was up first.
    private func apply() -> Bool {
        while true {
            let (batch, completion) = state.withLock { $0.next() }
            guard let batch else {
                if let completion { feed.finish(completion: completion) }
                return false
            }
            let (end, isCut) = feed.consume(batch.lines, from: batch.place, slice: UploadPipeline.slice) {
                if self.state.withLock({ $0.wake() }) { self.slices.run { self.apply() } }
            }
            let resume = state.withLock { $0.advance(to: end) }
            resume?()
            if isCut { return true }
            if end < batch.lines.count, !state.withLock({ $0.rest() }) { return false }
        }
    }
}
