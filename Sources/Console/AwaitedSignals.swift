import Glibc

/// Signals that are taken by the thread that waits for them instead of by a handler.
public struct AwaitedSignals: Sendable {
    /// A signal that can be waited for, with its name.
    public enum Signal: String, CaseIterable, Sendable {
        /// By a terminal that closes, and to reload.
        case hangUp = "SIGHUP"
        /// By Ctrl-C.
        case interrupt = "SIGINT"
        /// By a supervisor.
        case terminate = "SIGTERM"

        fileprivate var number: Int32 {
            switch self {
            case .hangUp: SIGHUP
            case .interrupt: SIGINT
            case .terminate: SIGTERM
            }
        }
    }

    private let signals: [Signal]
    private var set = sigset_t()

    /// Holds `signals` back from now on, in this thread and those it starts: to be made before any other thread is.
    ///
    /// SIGPIPE and SIGXFSZ are ignored as well: a reader that goes away, and a file that may not grow, are seen where they
    /// are written to.
    public init(_ signals: Signal...) {
        self.signals = signals
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.number) }
        let result = pthread_sigmask(SIG_BLOCK, &set, nil)
        precondition(result == 0, "pthread_sigmask: \(result)")
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Blocks until one of them comes.
    public func wait() -> Signal {
        var set = set
        var number: Int32 = 0
        let result = sigwait(&set, &number)
        guard result == 0, let signal = signals.first(where: { $0.number == number }) else {
            preconditionFailure("sigwait: \(result)")
        }
        return signal
    }

    /// Ends the process at once by `last`, as if it had never been held back: our parent sees that it was cut short.
    public func end(by last: Signal) -> Never {
        signal(last.number, SIG_DFL)
        var set = set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(last.number)
        // Not reached while the signal is one that ends a process.
        _exit(ExitStatus.failed.rawValue)
    }
}
