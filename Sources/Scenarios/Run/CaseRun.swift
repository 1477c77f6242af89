import Bytes
import Driver
import JSON
import Locking
import Messages
import Runtime

/// One run of a case.
///
/// To be used by one thread, which it blocks in real time.
public final class CaseRun {
    /// What applies to all cases of a run.
    public struct Options: Sendable {
        /// How long to wait for the worker before a list of expectations is looked at; nil for 5 s, or 60 s of virtual time.
        public var settle: Duration?
        /// Whether steps go on after an expectation that does not hold.
        public var keepsGoing = false
        /// Whether to stop as soon as possible, because the user wants to.
        public var isCancelled: @Sendable () -> Bool = { false }
        /// Whether to report what made each expectation hold.
        public var explains = false
        /// Whether to count what the routines did.
        public var countsRoutines = false
        /// The golden files.
        public var golden: any GoldenFiles = NoGoldenFiles()

        /// What a run with an edited plan has to find out.
        var trial: Trial?
        /// The most steps.
        var stepLimit = CasePlan.maxSteps

        /// The defaults.
        public init() {}
    }

    private(set) var plan: CasePlan
    let bed: any TestBed
    let options: Options
    var hosts: [any ScenarioHost] = []
    var logs: [MessageLog] = []
    var names = NameTable()
    /// The steps that were started, in order.
    var steps: [StepRun] = []
    /// The background steps that are not done, by id: their indices and their calls, one for each round.
    var pending: [String: [(index: Int, call: PendingCall)]] = [:]
    var failures: [FailedExpectation] = []
    /// What made expectations hold, if the case is to be explained.
    var held: [HeldReport] = []
    /// When the case must be done, in real time.
    private let deadline: UInt64
    private let clock = SystemClock()
    private(set) var stepCount = 0
    /// Whether the expectation of a trial holds; nil if it was not looked at.
    var trialHolds: Bool?

    /// A run of `plan` on the hosts of `bed`.
    public init(_ plan: CasePlan, on bed: any TestBed, options: Options = Options()) {
        self.plan = plan
        self.bed = bed
        self.options = options
        deadline = clock.uptimeNanoseconds() + UInt64(plan.timeout.nanoseconds)
    }

    var time: any CaseTime { bed.time }

    /// Why a run ends early.
    enum Stop: Error {
        /// An expectation did not hold.
        case failed
        /// The step or the tool is at fault.
        case error(ErrorReport)
        /// The user wants to.
        case cancelled
        /// A trial is over.
        case tried
        /// A step cannot be performed, as if its host had refused it.
        case refused(Refusal)
    }

    /// Runs the case.
    public func run() -> CaseReport {
        let started = clock.uptimeNanoseconds()
        defer { bed.removeHosts() }
        var report = CaseReport(plan)
        do throws(Stop) {
            options.trial?.effects.apply(to: &plan.hosts)
            try makeHosts()
            try run(plan.steps) { StepNumber($0) }
            try finish()
        } catch {
            switch error {
            case .failed: break
            case .error(let error): report.error = error
            case .cancelled: report.reason = "interrupted"
            case .tried, .refused: return report
            }
        }
        report.held = held
        report.failures = failures.map { self.report(on: $0) }
        report.verdict =
            report.error != nil
            ? .error : !failures.isEmpty ? .fail : report.reason != nil ? .skip : .pass
        report.seconds = Double(clock.uptimeNanoseconds() - started) / 1e9
        if !time.isVirtual, plan.engineLine == nil {
            report.failedMessages = logs.reduce(0) { $0 + $1.messages.count { $0.delivery == .failed } }
        }
        if options.countsRoutines { report.routines = routineCount() }
        report.isReal = !time.isVirtual
        report.virtualNanoseconds = time.isVirtual ? time.nanoseconds : 0
        return report
    }

    private func makeHosts() throws(Stop) {
        for host in plan.hosts {
            do throws(HostFault) {
                hosts.append(try bed.makeHost(host, startingAt: plan.startTime))
                logs.append(MessageLog())
            } catch {
                if options.isCancelled() { throw .cancelled }
                throw .error(ErrorReport(.wdfilterd, line: plan.line, step: nil, detail: error.detail))
            }
        }
    }

    // MARK: - Steps

    private func run(_ steps: [Step], _ number: (Int) -> StepNumber) throws(Stop) {
        for (index, step) in steps.enumerated() {
            let number = number(index + 1)
            guard let trial = options.trial else {
                try run(step, number)
                continue
            }
            let edited = trial.effects.steps(for: step, number)
            for added in edited.before { try run(added, number.inner(0, iteration: 0)) }
            if let step = edited.step { try run(step, number) }
        }
    }

    private func run(_ step: Step, _ number: StepNumber) throws(Stop) {
        stepCount += 1
        if stepCount > options.stepLimit {
            try fail(step, number, "the case has more than \(options.stepLimit) steps")
        }
        if options.isCancelled() { throw .cancelled }
        if clock.uptimeNanoseconds() > deadline { try timeOut(step, number) }
        let host = try hostIndex(of: step, number)
        let index = steps.count
        let newest = try newest(step, number)
        steps.append(StepRun(number: number, step: step, host: host, start: newest, end: newest))
        if let action = step.action { try perform(action, index) }
        if !step.background { steps[index].end = try self.newest(step, number) }
        if !step.expectations.isEmpty { try look(at: step.expectations, index) }
    }

    /// Ends the case with an error of the scenario.
    func fail(_ step: Step, _ number: StepNumber, problem: String? = nil, _ detail: String) throws(Stop) -> Never {
        throw .error(
            ErrorReport(.scenario, line: step.line, step: number.description, problem: problem, detail: detail))
    }

    /// Ends the case with an error of ours, or of the service.
    func fail(_ run: StepRun, _ fault: HostFault) throws(Stop) -> Never {
        if options.isCancelled() { throw .cancelled }
        throw .error(
            ErrorReport(
                fault.isOfScenario ? .scenario : .wdfilterd, line: run.step.line, step: run.number.description,
                detail: fault.detail))
    }

    private func timeOut(_ step: Step, _ number: StepNumber) throws(Stop) -> Never {
        failures.append(
            FailedExpectation(
                line: step.line, step: number, id: step.id, source: .null, expected: "done",
                subject: "the case within \(plan.timeout.shortText)",
                detail: "not done after \(plan.timeout.shortText), in step \(number)"))
        throw .failed
    }

    private func newest(_ step: Step, _ number: StepNumber) throws(Stop) -> [UInt64] {
        var newest: [UInt64] = []
        for host in hosts {
            do throws(HostFault) { newest.append(try host.newestSequence()) } catch {
                if options.isCancelled() { throw .cancelled }
                throw .error(ErrorReport(.wdfilterd, line: step.line, step: number.description, detail: error.detail))
            }
        }
        return newest
    }

    // MARK: - Actions

    private func perform(_ action: Action, _ index: Int) throws(Stop) {
        let run = steps[index]
        switch action {
        case .wait(let duration):
            try pass(min(duration, remaining))
            if !time.isVirtual, clock.uptimeNanoseconds() > deadline { try timeOut(run.step, run.number) }
        case .waitUntil(let expectations, let within): try wait(until: expectations, within: within, index)
        case .await(let ids):
            for id in ids { try awaitStep(id, run) }
        case .repeat(let loop): try `repeat`(loop, index)
        case .findProcess(let search): try find(search, run)
        default:
            let call: HostCall
            do throws(Stop) { call = try resolve(action, run) } catch {
                guard case .refused(let refusal) = error else { throw error }
                return try record(.failure(.refused(refusal)), index)
            }
            let pendingCall = PendingCall()
            hosts[run.host].perform(call, tag: StepTag(index), inBackground: run.step.background) {
                pendingCall.finish($0)
            }
            if run.step.background, let id = run.step.id {
                pending[id, default: []].append((index, pendingCall))
                return
            }
            try finish(pendingCall, index)
        }
    }

    private func `repeat`(_ loop: Action.Loop, _ index: Int) throws(Stop) {
        let run = steps[index]
        for iteration in 0..<loop.times {
            let steps: [Step]
            do throws(StepFault) { steps = try loop.steps(iteration) } catch {
                throw .error(
                    ErrorReport(
                        .scenario, line: error.line ?? run.step.line, step: run.number.description,
                        detail: error.detail))
            }
            try self.run(steps) { run.number.inner($0, iteration: iteration) }
        }
    }

    /// Waits for a background step, in all its rounds.
    private func awaitStep(_ id: String, _ run: StepRun) throws(Stop) {
        for (index, call) in pending.removeValue(forKey: id) ?? [] {
            try finish(call, index)
            steps[index].end = try newest(run.step, run.number)
        }
    }

    /// Waits for a call and records what came of it.
    private func finish(_ call: PendingCall, _ index: Int) throws(Stop) {
        try wait(for: call.signal, steps[index])
        guard let result = call.value else { return }
        try record(result, index)
    }

    /// Waits for `signal`, at most until the case must be done.
    func wait(for signal: CaseSignal, _ run: StepRun) throws(Stop) {
        let limit = time.isVirtual ? nil : time.nanoseconds + UInt64(remaining.nanoseconds)
        switch try block(on: signal, until: limit) {
        case .done: break
        case .timedOut: try timeOut(run.step, run.number)
        case .stuck:
            try fail(
                run,
                HostFault("the step waits, but nothing that could end the wait is due: this is a fault of wdfilterd"))
        }
    }

    /// How long a run waits in real time before it looks whether the user wants it to end.
    private static let slice: UInt64 = 50_000_000

    /// Waits for `signal`, in real time slice by slice.
    private func block(on signal: CaseSignal, until deadline: UInt64?) throws(Stop) -> WaitResult {
        if time.isVirtual { return signal.isSet ? .done : time.wait(for: signal, until: deadline) }
        while true {
            let end = min(deadline ?? .max, time.nanoseconds + Self.slice)
            let result = time.wait(for: signal, until: end)
            if result != .timedOut || end == deadline { return result }
            if options.isCancelled() { throw .cancelled }
        }
    }

    /// Lets time pass, in real time slice by slice.
    private func pass(_ duration: Duration) throws(Stop) {
        if time.isVirtual { return time.pass(duration) }
        let end = time.nanoseconds + UInt64(max(0, duration.nanoseconds))
        while true {
            if options.isCancelled() { throw .cancelled }
            let now = time.nanoseconds
            if now >= end { return }
            time.pass(.nanoseconds(Int64(min(Self.slice, end - now))))
        }
    }

    /// The real time that the case has left.
    var remaining: Duration {
        let now = clock.uptimeNanoseconds()
        return time.isVirtual ? .century : .nanoseconds(Int64(clamping: deadline > now ? deadline - now : 0))
    }

    private func record(_ result: Result<CallOutcome, CallFailure>, _ index: Int) throws(Stop) {
        let run = steps[index]
        switch result {
        case .failure(.failed(let fault)): try fail(run, fault)
        case .failure(.refused(let refusal)):
            steps[index].refusal = refusal
            guard let wanted = run.step.fails else {
                try fail(run.step, run.number, problem: refusal.problem, refusal.detail)
            }
            if wanted.name != refusal.problem {
                try fail(wanted, run, "is refused with \(refusal.problem): \(refusal.detail)")
            }
            if options.explains { held.append(HeldReport(failure(of: wanted, run, refusal.detail).report)) }
        case .success(let outcome):
            steps[index].outcome = outcome
            try name(outcome, of: run)
            if let replay = outcome.replay { try check(replay, run) }
            if let wanted = run.step.fails { try fail(wanted, run, "is not refused") }
        }
    }

    /// Records that a step was not refused as it must be.
    private func fail(_ wanted: Step.Problem, _ run: StepRun, _ detail: String) throws(Stop) {
        failures.append(failure(of: wanted, run, detail))
        if !options.keepsGoing { throw .failed }
    }

    private func failure(of wanted: Step.Problem, _ run: StepRun, _ detail: String) -> FailedExpectation {
        FailedExpectation(
            line: wanted.line, step: run.number, id: run.step.id,
            source: .object([.init("fails", .string(wanted.name))]), expected: "refused with \(wanted.name)",
            subject: "step \(run.number)", detail: detail)
    }

    private func check(_ replay: ReplayOutcome, _ run: StepRun) throws(Stop) {
        guard case .replay(let plan) = run.step.action else { return }
        if let nothing = replay.nothing { try fail(run.step, run.number, "\(plan.file): \(nothing)") }
        if replay.rejectedCount == plan.rejected { return }
        let first = replay.firstRejected.map { "; the first: \($0)" } ?? ""
        let wanted = plan.rejected == 0 ? "" : ", not \(plan.rejected)"
        try fail(
            run.step, run.number,
            "\(plan.file): \(replay.rejectedCount.counted("line")) rejected\(wanted)\(first)")
    }

    // MARK: - The end

    /// Waits for what is still running, and checks the sums.
    private func finish() throws(Stop) {
        guard let last = steps.last else { return }
        for id in pending.keys.sorted() { try awaitStep(id, last) }
        for (index, host) in hosts.enumerated() {
            try settle(host, last, within: options.settle)
            do throws(HostFault) { try checkSums(index) } catch {
                if options.isCancelled() { throw .cancelled }
                throw .error(ErrorReport(.wdfilterd, line: plan.line, step: nil, detail: error.detail))
            }
        }
    }

    /// Compares the counters of a host with its journal.
    private func checkSums(_ index: Int) throws(HostFault) {
        let host = hosts[index]
        // In real time the worker may go on between the counters and the journal.
        for attempt in (0..<(time.isVirtual ? 1 : 20)).reversed() {
            try logs[index].update(from: host)
            guard let fault = SumCheck(try host.counters(), logs[index].messages).fault else { return }
            if attempt == 0 { throw HostFault("host \(host.name): \(fault)") }
            time.pass(.milliseconds(10))
        }
    }

    /// Waits until the worker of `host` has nothing to do; false if that takes too long.
    @discardableResult
    func settle(_ host: any ScenarioHost, _ run: StepRun, within bound: Duration?) throws(Stop) -> Bool {
        let settled = PendingCall()
        let bound = min(bound ?? (time.isVirtual ? .seconds(60) : .seconds(5)), remaining)
        let end = time.nanoseconds + UInt64(bound.nanoseconds)
        host.perform(.settle(within: bound), tag: StepTag(steps.count - 1), inBackground: false) { settled.finish($0) }
        if !settled.signal.isSet, try block(on: settled.signal, until: end) != .done { return false }
        if case .failure(.failed(let fault)) = settled.value { try fail(run, fault) }
        return true
    }

    // MARK: - Hosts

    /// The host of a step: the one that it names, else that of the process that it names, else the first.
    private func hostIndex(of step: Step, _ number: StepNumber) throws(Stop) -> Int {
        if let name = step.host { return index(ofHost: name) }
        let named = step.action?.references.lazy.compactMap { self.names.host(of: $0) }.first
        return named.map { index(ofHost: $0) } ?? 0
    }

    func index(ofHost name: String) -> Int { plan.hosts.firstIndex { $0.name == name } ?? 0 }
}

extension Duration {
    /// `60 s`, `20 ms`.
    var shortText: String {
        let milliseconds = milliseconds
        return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
