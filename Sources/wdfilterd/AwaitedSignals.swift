import Glibc

/// Signals that are taken by the thread that waits for them instead of by a handler.
struct AwaitedSignals {
    /// A signal that can be waited for, with its name.
    enum Signal: String {
        case hangUp = "SIGHUP"
        case interrupt = "SIGINT"
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
    /// SIGPIPE is ignored as well: a reader that goes away is seen where it is written to.
    init(_ signals: Signal...) {
        self.signals = signals
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.number) }
        let result = pthread_sigmask(SIG_BLOCK, &set, nil)
        precondition(result == 0, "pthread_sigmask: \(result)")
        signal(SIGPIPE, SIG_IGN)
    }

    /// Blocks until one of them comes.
    func wait() -> Signal {
        var set = set
        var number: Int32 = 0
        let result = sigwait(&set, &number)
        guard result == 0, let signal = signals.first(where: { $0.number == number }) else {
            preconditionFailure("sigwait: \(result)")
        }
        return signal
    }

    /// Gives the signals their usual effect again: the next one ends the process at once.
    func letThrough() {
        var set = set
        let result = pthread_sigmask(SIG_UNBLOCK, &set, nil)
        precondition(result == 0, "pthread_sigmask: \(result)")
    }
}
