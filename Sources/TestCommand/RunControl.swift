import Bytes
import Console
import Dispatch
import Locking
import Runtime

/// The signals that end a run early, and its progress.
final class RunControl: Sendable {
    private let progress: ProgressLine
    private let signal = Locked<AwaitedSignals.Signal?>(nil)

    /// A run whose progress is shown in `form`. The first of `signals` ends it. Another one ends the process at once, unless it
    /// comes in the same second: a supervisor may signal both the process and its group.
    init(_ form: ProgressLine.Form, signals: AwaitedSignals?) {
        progress = ProgressLine(form)
        guard let signals else { return }
        DispatchQueue(label: "wdfilterd.signals").async { [self] in
            let first = signals.wait()
            signal.withLock { $0 = first }
            let arrival = Monotonic.now()
            while true {
                let next = signals.wait()
                if Monotonic.now() - arrival > .seconds(1) { signals.end(by: next) }
            }
        }
    }

    /// The signal that came; nil to go on.
    var interruption: AwaitedSignals.Signal? { signal.withLock { $0 } }

    /// Whether the user wants the run to end.
    var isInterrupted: Bool { interruption != nil }

    /// Shows the progress if it is due.
    func note(done: Int, of total: Int, notPassed: Int) {
        progress.show { width in
            let share = Double(done) / Double(max(1, total))
            let figures = "\(done.grouped) of \(total.grouped) cases, \(notPassed.grouped) not passed"
            let room = width - figures.count - 5
            return room < 8 ? figures : "\(ProgressLine.bar(share, length: min(room, 40)))  \(figures)"
        }
    }

    /// Removes the progress from the terminal.
    func clear() { progress.clear() }
}
