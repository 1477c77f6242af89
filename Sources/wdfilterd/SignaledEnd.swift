import Console
import Dispatch
import Glibc
import Locking
import Runtime

/// The end of a command that runs until a signal: in order, or at once when another signal comes later. The account,
/// which the command reports last, is reported once in either case.
final class SignaledEnd<Account: Sendable>: Sendable {
    private let signals: AwaitedSignals
    private let meaning = Locked(SignalMeaning())
    private let report: @Sendable (Account) -> Void
    private let isReported = Locked(false)
    private let reported = DispatchSemaphore(value: 0)

    /// An end by `signals`; `report` reports the account, must return in bounded time, and runs on either thread.
    init(_ signals: AwaitedSignals, report: @escaping @Sendable (Account) -> Void) {
        self.signals = signals
        self.report = report
    }

    /// Blocks until SIGINT or SIGTERM comes, and returns it; calls `reload` for each SIGHUP before.
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

    /// Runs `stop` and reports the account that it returns; to be called once, after `wait`.
    ///
    /// If a signal asks for an end at once meanwhile, another thread reports `current()`, the account as it is then, and
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

    /// Reports the account unless the other thread does; returns whether it did.
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
