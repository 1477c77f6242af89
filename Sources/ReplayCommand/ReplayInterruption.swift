import Console
import Dispatch
import Locking

/// When a signal arrives, cleans up, prints a line, and ends the process with that signal.
final class ReplayInterruption: Sendable {
    private let tidyings = Locked<[@Sendable () -> Void]>([])

    /// Waits for `signals` from now on.
    init(_ signals: AwaitedSignals, _ progress: ReplayProgress) {
        DispatchQueue(label: "wdfilterd.signals").async {
            let signal = signals.wait()
            for tidy in self.tidyings.withLock({ $0 }) { tidy() }
            progress.clear()
            StandardStream.error.line("interrupted by \(signal.rawValue): there is no report")
            signals.end(by: signal)
        }
    }

    /// Calls `tidy` before the end, on another thread.
    func tidy(_ tidy: @escaping @Sendable () -> Void) { tidyings.withLock { $0.append(tidy) } }
}
