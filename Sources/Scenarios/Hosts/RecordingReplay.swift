import Bytes
import Driver
import Locking
public import Replay
import Messages
import Runtime

/// The lines of a recording. One thread at a time may use it.
public protocol RecordedLines: AnyObject {
    /// The content of the lines.
    var format: EventFeed.Options.Format { get }

    /// The next whole lines; nil at the end.
    func next() throws(HostFault) -> [UInt8]?
}

/// A replay of a recording onto hosts of a case. It blocks no thread: whatever it waits for continues it.
final class RecordingReplay: Sendable {
    private struct State {
        let lines: any RecordedLines
        let reader: ReadAhead
        var block: ReadLines?
        var position = 0
    }

    private let plan: ReplayPlan
    private let feed: EventFeed
    private let state: Locked<State>
    private let decisions: Locked<[RecordDecision]>

    init(
        _ plan: ReplayPlan, _ lines: sending any RecordedLines, timers: any TimerQueue, caller: CallerTag,
        target: @escaping @Sendable (_ machine: String?) -> LocalHost?
    ) {
        self.plan = plan
        let decisions = Locked<[RecordDecision]>([])
        self.decisions = decisions
        var options = EventFeed.Options(format: lines.format)
        if case .named(let machine) = plan.machines { options.machine = machine }
        options.replaysAllMachines =
            switch plan.machines {
            case .first, .named: false
            case .mapped, .all: true
            }
        options.createsInitialThreads = plan.initialThreads
        options.waitsWhenFull = plan.waitsWhenFull
        options.drainsQueue = plan.pace == .asap
        let hosts = Locked<[String?: String]>([:])
        options.onDecisions = { line, machine, reports in
            let decision = RecordDecision(
                line: line, host: hosts.withLock { $0[machine] }, routines: reports.map { ObservedRoutine($0) })
            decisions.withLock { $0.append(decision) }
        }
        var pacer: Pacer?
        if case .recorded(let speed) = plan.pace {
            pacer = Pacer(speed: speed, time: Pacer.Time(clock: TimersClock(timers), timers: timers))
        }
        let reader = ReadAhead(options)
        feed = EventFeed(options: options, pacer: pacer) { machine in
            target(machine).map { host in
                hosts.withLock { $0[machine] = host.name }
                return EventTarget(
                    driver: host.driver, caller: caller, onEventTime: { _ in },
                    makeClockStep: { host.clock.make($0, timers, completion: $1) })
            }
        }
        state = Locked(State(lines: lines, reader: reader))
    }

    func start(completion: @escaping @Sendable (Result<ReplayOutcome, CallFailure>) -> Void) { advance(completion) }

    private func advance(_ completion: @escaping @Sendable (Result<ReplayOutcome, CallFailure>) -> Void) {
        do throws(HostFault) {
            while let (block, position) = try nextLines() {
                let turn = Turn()
                let end = feed.consume(block, from: position) {
                    if turn.isSecond() { self.advance(completion) }
                }
                state.withLock { $0.position = end }
                // Whoever comes second continues: this thread, or the one that resumes the feed.
                if end < block.count, !turn.isSecond() { return }
            }
            feed.finish { report in completion(.success(self.outcome(report))) }
        } catch {
            completion(.failure(.failed(error)))
        }
    }

    /// The lines to apply next, and where to begin; nil at the end.
    private func nextLines() throws(HostFault) -> (ReadLines, Int)? {
        try state.withLock { state throws(HostFault) in
            while true {
                if let block = state.block, state.position < block.count { return (block, state.position) }
                guard let bytes = try state.lines.next() else { return nil }
                state.block = bytes.withUnsafeBytes { state.reader.read($0) }
                state.position = 0
            }
        }
    }

    private func outcome(_ report: FeedReport) -> ReplayOutcome {
        var outcome = ReplayOutcome(report.total)
        outcome.records = decisions.withLock { $0 }
        return outcome
    }
}

extension ReplayOutcome {
    /// The outcome that `report` describes, without what records decided.
    public init(_ report: EventsReport) {
        func number(_ count: Int) -> ObservedValue { .signed(Int64(count)) }
        let skipped = report.skipped.sorted { $0.key < $1.key }.map { ObservedValue.Member($0.key, number($0.value)) }
        self.init(
            fields: .members([
                .init("lines", number(report.lines)), .init("applied", number(report.applied)),
                .init("rejectedCount", number(report.rejectedCount)), .init("skipped", .members(skipped)),
                .init("processesSynthesised", number(report.processesSynthesised)),
            ]),
            rejectedCount: report.rejectedCount, firstRejected: report.rejected.first?.description)
        if report.lines == 0 {
            nothing = "there is no line of a recording in it"
        } else if report.applied == 0, report.rejectedCount == 0 {
            let reasons = skipped.map { "\($0.name) \($0.value.json.words)" }
            let machines =
                report.machines.isEmpty ? "" : "; it has events of \(report.machines.joined(separator: ", "))"
            nothing = "no line of it was replayed (skipped: \(reasons.joined(separator: ", ")))\(machines)"
        }
    }
}

/// Tells which of two threads comes second.
private final class Turn: Sendable {
    private let count = Locked(0)

    func isSecond() -> Bool {
        count.withLock { count in
            count += 1
            return count == 2
        }
    }
}

/// The uptime for a pacer, in the time of `timers`.
private struct TimersClock: DriverClock {
    private let timers: any TimerQueue

    init(_ timers: any TimerQueue) { self.timers = timers }

    func now() -> FileTime { SystemClock().now() }

    func uptimeNanoseconds() -> UInt64 { (timers as? VirtualTime)?.nanoseconds ?? SystemClock().uptimeNanoseconds() }
}
