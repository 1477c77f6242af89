import Bytes
public import Driver
public import DriverJSON
import Locking
public import Messages

/// One upload of event lines, applied in order to the driver of one host, or of one host for each machine.
///
/// A line is applied after the previous one: a creation waits for the engine's reply, without blocking a thread. Memory does
/// not grow with the upload.
///
/// `consume`, `begin` and `finish` may be called on changing threads, but by one at a time; `abandon` at any time.
public final class EventFeed: Sendable {
    /// Its options, which the readers of its lines need too.
    public let options: Options
    private let findTarget: @Sendable (_ machine: String?) -> EventTarget?
    private let pacer: Pacer?
    private let slices: (any SliceQueue)?
    private let onCreation: (@Sendable (_ imageFileName: UnicodeString) -> Void)?
    private let state: Locked<State>

    /// A feed for the host that `driver` belongs to.
    ///
    /// `onEventTime` gets the UtcTime of each recorded event just before the driver does, on the same thread: it is the time
    /// of a host whose clock is in mode `events`.
    public convenience init(
        driver: Driver, options: Options, onEventTime: @escaping @Sendable (FileTime) -> Void
    ) {
        self.init(target: EventTarget(driver: driver, onEventTime: onEventTime), options: options)
    }

    /// A feed that sends all events to `target`.
    public convenience init(target: EventTarget, options: Options) {
        self.init(options: options) { _ in target }
    }

    /// A feed that calls `findTarget` once for each machine, with its lower-case name, or with nil for native lines, which do
    /// not name one. `findTarget` returns nil if the machine cannot have a host.
    ///
    /// With a `pacer`, events have their recorded distances. With `slices`, long work runs there while the feed waits.
    public init(
        options: Options, pacer: Pacer? = nil, slices: (any SliceQueue)? = nil,
        findTarget: @escaping @Sendable (_ machine: String?) -> EventTarget?
    ) {
        self.findTarget = findTarget
        self.pacer = pacer
        self.slices = slices
        onCreation = options.onCreation
        var options = options
        // Native lines have no times.
        if let pacer, options.format == .sysmon { options.pace = pacer.isPerMachine ? .perMachine : .shared }
        self.options = options
        state = Locked(State(options))
    }

    /// Takes lines that were read ahead, from index `start`, and returns the index of the first line that it did not take.
    ///
    /// If it takes less than all, the feed waits for the engine, for room in the queue, or for the time of an event. It then
    /// calls `resume` once when it can continue, on any thread, possibly before this returns. After it has stopped, the feed
    /// takes all lines and applies nothing.
    public func consume(_ lines: ReadLines, from start: Int, resume: @escaping @Sendable () -> Void) -> Int {
        guard start < lines.count, state.withLock({ $0.start(resume) }) else { return start }
        return run(.lines(lines), from: start, resume)
    }

    /// Like `consume(_:from:resume:)`, but returns after about `slice`. If it was cut short by that, it does not call
    /// `resume`.
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

    /// Begins another part of the upload, such as the next file. Its lines count from 1.
    public func begin(part name: String) {
        state.withLock { $0.begin(part: name) }
    }

    /// Ends the upload: skips records that still wait for their pid.
    ///
    /// `completion` runs once, before this returns or later, on any thread.
    public func finish(completion: @escaping @Sendable (FeedReport) -> Void) {
        guard state.withLock({ $0.finish(completion) }) else { return }
        _ = run(.end, from: 0, nil)
    }

    /// Discards the rest of the upload, because the client has disconnected: nothing more is applied, and no further closure
    /// is called.
    public func abandon() {
        state.withLock { $0.abandon() }
    }

    /// Performs steps until the feed is idle or has to wait, or until `isTimeUp`.
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
        case .call(let ticket, let section, let call, let time, let isFirst):
            guard let target = target(of: section) else { return }
            if target.isRemoved() { return answer(.outcome(ticket, .hostRemoved)) }
            if isFirst, let time { target.onEventTime(time) }
            if case .makeClockStep(let step) = call {
                target.makeClockStep(step) { self.answer(.outcome(ticket, $0.map { .clockRefused($0) } ?? .done([]))) }
                return
            }
            perform(call, on: target, at: time) { self.answer(.outcome(ticket, $0)) }
        case .awaitRoom(let ticket, let section):
            guard let target = target(of: section) else { return }
            target.driver.awaitQueueRoom(caller: target.caller) { hasRoom in
                self.answer(target.isRemoved() ? .outcome(ticket, .hostRemoved) : .room(ticket, hasRoom))
            }
        case .awaitDrained(let ticket, let section):
            guard let target = target(of: section) else { return }
            target.driver.awaitDrained(caller: target.caller) { self.answer(.drained(ticket)) }
        case .turn(let machine): pacer?.turn(to: machine)
        case .awaitTime(let time):
            pacer?.wait(until: time) { self.answer(.time(time)) }
        case .pending, .starved, .over: break  // handled by the state
        }
    }

    private func perform(
        _ call: DriverCall, on target: EventTarget, at time: FileTime?,
        completion: @escaping @Sendable (DriverCall.Outcome) -> Void
    ) {
        let (driver, caller) = (target.driver, target.caller(at: time))
        let image = call.createdImage
        if let onCreation, let image { onCreation(image) }
        guard let slices, let image else {
            return call.perform(on: driver, caller: caller, completion: completion)
        }
        slices.finish(driver.policyMatch(image)) { grant in
            call.perform(on: driver, grant: grant, caller: caller, completion: completion)
        }
    }

    private func target(of section: Int) -> EventTarget? { state.withLock { $0.target(of: section) } }

    /// Takes an answer, and continues the feed here unless it is busy.
    private func answer(_ answer: EventSequence.Answer) {
        if state.withLock({ $0.answer(answer) }) { _ = run(.end, from: 0, nil) }
    }
}

/// The driver that gets the events of a machine.
public struct EventTarget: Sendable {
    let driver: Driver
    fileprivate let caller: CallerTag?
    fileprivate let isRemoved: @Sendable () -> Bool
    let onEventTime: @Sendable (FileTime) -> Void
    let makeClockStep: ClockStepping

    /// Makes a step of the host's clock and calls the completion once, with the reason if it refuses the step.
    public typealias ClockStepping = @Sendable (ClockStep, @escaping @Sendable (ClockRefusal?) -> Void) -> Void

    /// `driver` gets the events as calls of `caller`, and `onEventTime` the UtcTime of each just before. `makeClockStep` makes
    /// the steps of `clock` lines. Once `isRemoved` returns true, because the host was removed, events are skipped.
    public init(
        driver: Driver, caller: CallerTag? = nil, isRemoved: @escaping @Sendable () -> Bool = { false },
        onEventTime: @escaping @Sendable (FileTime) -> Void,
        makeClockStep: @escaping ClockStepping = { _, completion in completion(.noClock) }
    ) {
        self.driver = driver
        self.caller = caller
        self.isRemoved = isRemoved
        self.onEventTime = onEventTime
        self.makeClockStep = makeClockStep
    }

    /// The tag of the calls for an event that happened at `time`.
    fileprivate func caller(at time: FileTime?) -> CallerTag? {
        guard let time else { return caller }
        var caller = caller ?? CallerTag("")
        caller.eventTime = time
        return caller
    }
}

/// Why a `clock` line does not change the clock, as a phrase without a period.
public enum ClockRefusal: String, Sendable {
    /// The feed has no clock.
    case noClock = "there is no clock to set"
    /// The client may send events, but not set clocks.
    case forbidden = "a clock line requires the role admin"
    /// A replay in virtual time is the same each time.
    case virtualTime = "the mode system is not available in virtual time"
}
