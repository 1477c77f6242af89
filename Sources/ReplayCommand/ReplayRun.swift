import Console
import Locking
import Replay

/// One replay of lines that its caller reads: the drivers of the machines, with their time and their engine.
///
/// One thread at a time may use it.
final class ReplayRun: Sendable {
    let machines: ReplayMachines
    private let feed: EventFeed

    /// A replay with `options` on the drivers of `machines`.
    init(_ machines: ReplayMachines, _ options: EventFeed.Options) {
        self.machines = machines
        feed = EventFeed(options: options, pacer: machines.pacer) { machines.target(of: $0) }
    }

    /// Begins the part of this name.
    func begin(part: String) { feed.begin(part: part) }

    /// Applies `lines`, and lets time pass as they need it. Calls `note` with the number of lines that were applied so far, before
    /// each wait and at the end.
    func apply(_ lines: ReadLines, noting note: (Int) -> Void = { _ in }) throws(CommandFailure) {
        var index = 0
        while index < lines.count {
            let signal = ReplaySignal()
            index = feed.consume(lines, from: index) { signal.fire() }
            note(index)
            if index < lines.count { try wait(for: signal) }
        }
    }

    /// Ends the replay with `settings`, and returns its report.
    func finish(
        _ settings: ReplaySettings? = nil, durationNanoseconds: () -> UInt64
    ) throws(CommandFailure) -> ReplayReport {
        let signal = ReplaySignal()
        let result = Locked<FeedReport?>(nil)
        feed.finish { report in
            result.withLock { $0 = report }
            signal.fire()
        }
        try wait(for: signal)
        guard let report = result.withLock({ $0 }) else { throw ReplayRun.stuck }
        machines.settle()
        return ReplayReport(
            report, hosts: machines.hosts, deliveries: machines.ledger, settings: settings,
            durationNanoseconds: durationNanoseconds())
    }

    private func wait(for signal: ReplaySignal) throws(CommandFailure) {
        if !signal.wait(in: machines.virtualTimes) { throw ReplayRun.stuck }
    }

    private static let stuck = CommandFailure(
        status: .failed, message: "the replay is stuck: this is a bug in wdfilterd")
}
