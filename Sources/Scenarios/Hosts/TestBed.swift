public import Messages

/// Where one case runs: its hosts and their time. Used by the thread of the case.
public protocol TestBed: Sendable {
    /// The time of the hosts.
    var time: any CaseTime { get }

    /// Creates a host by `plan`, whose clock starts at `start` in virtual time.
    func makeHost(_ plan: HostPlan, startingAt start: FileTime) throws(HostFault) -> any ScenarioHost

    /// Removes all hosts.
    func removeHosts()

    /// A test bed that is like this one was at its start; nil if a run on it could end otherwise for no reason.
    func another() -> (any TestBed)?
}

extension TestBed {
    /// Whether a case can be run again with the same result.
    var canRunAgain: Bool { time.isVirtual }
}

/// Time as a case lives through it.
public protocol CaseTime: Sendable {
    /// Whether time passes only when there is nothing else to do.
    var isVirtual: Bool { get }

    /// Nanoseconds that have passed since the case began, in its time.
    var nanoseconds: UInt64 { get }

    /// Waits until `signal` is set, at most until `deadline`, a value of `nanoseconds`. From time to time it calls `check`,
    /// whose error ends the wait.
    func wait<Failure>(
        for signal: CaseSignal, until deadline: UInt64?, _ check: () throws(Failure) -> Void
    ) throws(Failure) -> WaitResult

    /// Lets `duration` pass. From time to time it calls `check`, whose error ends the wait.
    func pass<Failure>(_ duration: Duration, _ check: () throws(Failure) -> Void) throws(Failure)

    /// Lets time pass until something may have changed, at most until `deadline`; false if that is over.
    func passUntilChange(deadline: UInt64) -> Bool
}

/// How a wait ended.
public enum WaitResult: Hashable, Sendable {
    /// The signal was set.
    case done
    /// The deadline is over.
    case timedOut
    /// Nothing is left that could set the signal.
    case stuck
}
