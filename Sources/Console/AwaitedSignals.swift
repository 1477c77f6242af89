import Glibc

/// Signals that a thread waits for, instead of a handler.
public struct AwaitedSignals: Sendable {
    /// A signal that can be waited for, with its name.
    public enum Signal: String, CaseIterable, Sendable {
        /// Sent when the terminal closes, and to reload.
        case hangUp = "SIGHUP"
        /// Sent by Ctrl-C.
        case interrupt = "SIGINT"
        /// Sent by a supervisor.
        case terminate = "SIGTERM"

        /// The exit code of a command that it ended.
        public var exitStatus: ExitStatus {
            switch self {
            case .hangUp: .hungUp
            case .interrupt: .interrupted
            case .terminate: .terminated
            }
        }

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

    /// Blocks `signals` in this thread and in those it starts. Must be called before any other thread is started.
    ///
    /// Also ignores SIGPIPE and SIGXFSZ: a closed pipe or a file at its size limit is reported by the write.
    public init(_ signals: Signal...) { self.init(signals) }

    /// Blocks the signals that end a command which has something to tidy up. Like other commands, one that `nohup` started
    /// outlives its terminal.
    public static func endings() -> AwaitedSignals {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        let isIgnored = handler == unsafeBitCast(SIG_IGN, to: Int.self)
        return AwaitedSignals(isIgnored ? [.interrupt, .terminate] : [.hangUp, .interrupt, .terminate])
    }

    private init(_ signals: [Signal]) {
        self.signals = signals
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal.number) }
        let result = pthread_sigmask(SIG_BLOCK, &set, nil)
        precondition(result == 0, "pthread_sigmask: \(result)")
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Blocks until one of the signals arrives.
    public func wait() -> Signal {
        var set = set
        var number: Int32 = 0
        let result = sigwait(&set, &number)
        guard result == 0, let signal = signals.first(where: { $0.number == number }) else {
            preconditionFailure("sigwait: \(result)")
        }
        return signal
    }

    /// Ends the process at once with the default action of `last`, so that the parent process sees the signal.
    public func end(by last: Signal) -> Never {
        signal(last.number, SIG_DFL)
        var set = set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(last.number)
        // Not reached: each of the signals ends the process.
        _exit(ExitStatus.failed.rawValue)
    }
}
