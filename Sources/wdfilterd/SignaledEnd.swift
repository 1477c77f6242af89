import Console
import Dispatch
import Glibc
import Locking
import Runtime

/// The end of a command that runs until a signal: an orderly stop, or an immediate end on another signal. In both cases
/// the account, the command's final report, is reported once.
final class SignaledEnd<Account: Sendable>: Sendable {
    private let signals: AwaitedSignals
    private let meaning = Locked(SignalMeaning())
    private let report: @Sendable (Account) -> Void
    private let isReported = Locked(false)
    private let reported = DispatchSemaphore(value: 0)

    /// Creates the end by `signals`. `report` reports the account; it runs on either thread and must return in bounded time.
    init(_ signals: AwaitedSignals, report: @escaping @Sendable (Account) -> Void) {
        self.signals = signals
        self.report = report
    }

    /// Blocks until SIGINT or SIGTERM arrives, and returns it; calls `reload` for each SIGHUP before that.
    func wait(reload: () -> Void = {}) -> AwaitedSignals.Signal {
        while true {
            let signal = signals.wait()
            switch action(of: signal) {
            case .reload: reload()
            case .stop, .endAtOnce: return signal
            case .nothing: break
            }
        }
    }

    /// Runs `stop` and reports the account that it returns; must be called once, after `wait`.
    ///
    /// If a signal requests an immediate end meanwhile, another thread reports `current()`, the account at that time, and
    /// ends the process by that signal; then this does not return.
    func run(current: @escaping @Sendable () -> Account, _ stop: () -> Account) {
        DispatchQueue(label: "wdfilterd.signals").async { self.watch(current) }
        if !reportOnce(stop) {
            while true { pause() }
        }
    }

    private func watch(_ current: () -> Account) -> Never {
        while true {
            let signal = signals.wait()
            guard action(of: signal) == .endAtOnce else { continue }
            if !reportOnce(current) { reported.wait() }
            signals.end(by: signal)
        }
    }

    private func action(of signal: AwaitedSignals.Signal) -> SignalMeaning.Action {
        let uptime = SystemClock().uptimeNanoseconds()
        return meaning.withLock { $0.action(of: signal, at: uptime) }
    }

    /// Reports the account unless the other thread already does; returns whether this call did.
    private func reportOnce(_ account: () -> Account) -> Bool {
        let account = account()
        let isFirst = isReported.withLock { isReported in
            defer { isReported = true }
            return !isReported
        }
        guard isFirst else { return false }
        report(account)
        reported.signal()
        return true
    }
}
