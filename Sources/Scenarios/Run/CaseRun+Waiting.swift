import Bytes

// Waiting, in virtual time and in real time.
extension CaseRun {
    /// Ends a wait that the user does not want any more, or that is over the time of the case.
    func goOn(_ run: StepRun) throws(Stop) {
        if options.isCancelled() { throw .cancelled }
        if isTooLate { try timeOut(run.step, run.number) }
    }

    /// Waits for `signal`, at most until the case must be done.
    func wait(for signal: CaseSignal, _ run: StepRun) throws(Stop) {
        let limit = time.isVirtual ? nil : time.nanoseconds + UInt64(remaining.nanoseconds)
        switch try block(on: signal, until: limit, run) {
        case .done: break
        case .timedOut: try timeOut(run.step, run.number)
        case .stuck:
            try fail(
                run,
                HostFault("the step waits, but nothing that could end the wait is due: this is a fault of wdfilterd"))
        }
    }

    private func block(on signal: CaseSignal, until deadline: UInt64?, _ run: StepRun) throws(Stop) -> WaitResult {
        try time.wait(for: signal, until: deadline) { () throws(Stop) in try goOn(run) }
    }

    /// Lets time pass, at most until the case must be done.
    func pass(_ duration: Duration, _ run: StepRun) throws(Stop) {
        try time.pass(min(duration, remaining)) { () throws(Stop) in try goOn(run) }
        if !time.isVirtual { try goOn(run) }
    }

    /// Waits until the worker of `host` has nothing to do; false if that takes too long.
    @discardableResult
    func settle(_ host: any ScenarioHost, _ run: StepRun, within bound: Duration?) throws(Stop) -> Bool {
        let settled = PendingCall()
        let bound = min(bound ?? (time.isVirtual ? .seconds(60) : .seconds(5)), remaining)
        let end = time.nanoseconds + UInt64(bound.nanoseconds)
        host.perform(.settle(within: bound), tag: StepTag(steps.count - 1), inBackground: false) { settled.finish($0) }
        if try block(on: settled.signal, until: end, run) != .done { return false }
        if case .failure(.failed(let fault)) = settled.value { try fail(run, fault) }
        return true
    }
}
