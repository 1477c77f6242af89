import Bytes
public import Driver
import Locking
public import Messages

/// One upload of event lines, applied in order to the driver of one host, or of one host for each machine.
///
/// A line is applied when the one before has been: a creation waits for the engine's reply. No thread waits meanwhile.
/// What is kept does not grow with the upload.
///
/// `consume`, `begin` and `finish` may be called on changing threads, but by one at a time; `abandon` at any time.
public final class EventFeed: Sendable {
    private let findTarget: @Sendable (_ machine: String?) -> EventTarget?
    private let pacer: Pacer?
    private let slices: (any SliceQueue)?
    private let state: Locked<State>

    /// A feed for the host that `driver` belongs to.
    ///
    /// `onEventTime` gets the UtcTime of each recorded event just before the driver is told of it, on the thread that does
    /// that: the time of a host whose clock is in mode `events`.
    public convenience init(
        driver: Driver, options: Options, onEventTime: @escaping @Sendable (FileTime) -> Void
    ) {
        self.init(target: EventTarget(driver: driver, onEventTime: onEventTime), options: options)
    }

    /// A feed all of whose events go to `target`.
    public convenience init(target: EventTarget, options: Options) {
        self.init(options: options) { _ in target }
    }

    /// A feed whose machines get the hosts that `findTarget` finds: it is called once for each, with the lower-case name,
    /// or nil for native lines, which name no machine. It returns nil where there can be no host.
    ///
    /// With a `pacer` events come as far apart as they were recorded. With `slices` what may take long is done there, and
    /// the feed waits.
    public init(
        options: Options, pacer: Pacer? = nil, slices: (any SliceQueue)? = nil,
        findTarget: @escaping @Sendable (_ machine: String?) -> EventTarget?
    ) {
        self.findTarget = findTarget
        self.pacer = pacer
        self.slices = slices
        var options = options
        // Native lines say no times.
        options.keepsPace = pacer != nil && options.format == .sysmon
        state = Locked(State(options))
    }

    /// Takes a prefix of `bytes` and returns how many.
    ///
    /// Fewer than all: the feed waits for the engine, for room in the queue, or for its time. It then calls `resume` once
    /// when it can go on, on any thread, maybe before this returns. Once the feed has stopped it takes everything and applies
    /// nothing.
    public func consume(_ bytes: UnsafeRawBufferPointer, resume: @escaping @Sendable () -> Void) -> Int {
        guard !bytes.isEmpty, state.withLock({ $0.start(resume) }) else { return 0 }
        return run(.bytes(BorrowedBytes(bytes: bytes)), from: 0, resume)
    }

    /// Takes lines that were read already, from place `start` on, and returns the place of the first that was not taken.
    /// Otherwise as `consume(_:resume:)`.
    public func consume(_ lines: ReadLines, from start: Int, resume: @escaping @Sendable () -> Void) -> Int {
        guard start < lines.count, state.withLock({ $0.start(resume) }) else { return start }
        return run(.lines(lines), from: start, resume)
    }

    /// As `consume(_:from:resume:)` for at most about `slice`; returns whether that was what ended it, and `resume` will not
    /// be called then.
    func consume(
        _ lines: ReadLines, from start: Int, slice: Duration, resume: @escaping @Sendable () -> Void
    ) -> (end: Int, isCut: Bool) {
        guard start < lines.count, state.withLock({ $0.start(resume) }) else { return (start, false) }
        let deadline = Monotonic.now() + slice
        var isCut = false
        let end = run(.lines(lines), from: start, resume) {
            isCut = Monotonic.now() >= deadline
            return isCut
        }
        return (end, isCut)
    }

    /// The next bytes are of another part, such as a file of its own: its lines count from 1.
    public func begin(part name: String) {
        state.withLock { $0.begin(part: name) }
    }

    /// The upload is complete: applies a last line without a newline and gives up records that still wait for their pid.
    ///
    /// `completion` runs once, before this returns or later, on any thread.
    public func finish(completion: @escaping @Sendable (FeedReport) -> Void) {
        guard state.withLock({ $0.finish(completion) }) else { return }
        _ = run(.end, from: 0, nil)
    }

    /// The client is gone: nothing more is applied, and nobody is called who is not being called already.
    public func abandon() {
        state.withLock { $0.abandon() }
    }

    /// Does one thing after the other until there is nothing to do, something to wait for, or `isTimeUp`.
    private func run(
        _ input: Input, from start: Int, _ resume: (@Sendable () -> Void)?, isTimeUp: () -> Bool = { false }
    ) -> Int {
        var offset = start
        while true {
            let (step, end) = state.withLock { [offset] in $0.next(in: input, from: offset, resume) }
            offset = end
            switch step {
            case .idle(let then):
                then?()
                return offset
            case .sequence(let step): perform(step)
            }
            if offset < input.count, isTimeUp(), state.withLock({ $0.pause() }) { return offset }
        }
    }

    private func perform(_ step: EventSequence.Step) {
        switch step {
        case .findHost(let section, let machine):
            let target = findTarget(machine)
            state.withLock { $0.take(target, of: section) }
        case .decide(let section, let processIds):
            guard let target = target(of: section) else { return }
            let live = LiveProcesses(processIds, of: target.driver)
            state.withLock { $0.decide(live) }
        case .call(let ticket, let section, let call, let time):
            guard let target = target(of: section) else { return }
            if target.isRemoved() { return answer(.outcome(ticket, .hostRemoved)) }
            if let time { target.onEventTime(time) }
            perform(call, on: target.driver) { self.answer(.outcome(ticket, $0)) }
        case .awaitRoom(let ticket, let section):
            guard let target = target(of: section) else { return }
            target.driver.awaitQueueRoom { hasRoom in
                self.answer(target.isRemoved() ? .outcome(ticket, .hostRemoved) : .room(ticket, hasRoom))
            }
        case .awaitDrained(let ticket, let section):
            target(of: section)?.driver.awaitDrained { self.answer(.drained(ticket)) }
        case .awaitTime(let time):
            pacer?.wait(until: time) { self.answer(.time(time)) }
        case .pending, .starved, .over: break  // the state sees to them
        }
    }

    private func perform(
        _ call: DriverCall, on driver: Driver, completion: @escaping @Sendable (DriverCall.Outcome) -> Void
    ) {
        guard let slices, let image = call.createdImage else { return call.perform(on: driver, completion: completion) }
        slices.finish(driver.policyMatch(image)) { call.perform(on: driver, grant: $0, completion: completion) }
    }

    private func target(of section: Int) -> EventTarget? { state.withLock { $0.target(of: section) } }

    /// Takes an answer. When nobody is busy with the feed, goes on here.
    private func answer(_ answer: EventSequence.Answer) {
        if state.withLock({ $0.answer(answer) }) { _ = run(.end, from: 0, nil) }
    }
}

/// Where the events of a machine go.
public struct EventTarget: Sendable {
    let driver: Driver
    let isRemoved: @Sendable () -> Bool
    let onEventTime: @Sendable (FileTime) -> Void

    /// Events go to `driver`, and the UtcTime of each to `onEventTime` just before that. Once `isRemoved` says that the
    /// driver's host is gone they are skipped.
    public init(
        driver: Driver, isRemoved: @escaping @Sendable () -> Bool = { false },
        onEventTime: @escaping @Sendable (FileTime) -> Void
    ) {
        self.driver = driver
        self.isRemoved = isRemoved
        self.onEventTime = onEventTime
    }
}
