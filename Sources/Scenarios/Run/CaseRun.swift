import Bytes
import Driver
import JSON
import Runtime

/// One run of a case.
///
/// To be used by one thread, which it blocks in real time.
public final class CaseRun {
    /// The options of all cases of a run.
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

        /// The question that a run with an edited plan answers.
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
    /// The indices of the steps that create processes, as long as it is not known which.
    var creations: [Int] = []
    /// The background steps that are not done, by id: their indices and their calls, one for each round.
    var pending: [String: [(index: Int, call: PendingCall)]] = [:]
    var failures: [LookedExpectation] = []
    /// The expectations that held, if the case is to be explained.
    var held: [HeldReport] = []
    /// When the case must be done, in real time.
    private let deadline: UInt64
    private let clock = SystemClock()
    private(set) var stepCount = 0
    /// The lines of the expectations that a trial broke; nil if its own does not hold, or was not looked at.
    var trialBroken: [Int]?

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
            case .tried: return report
            }
        }
        report.held = held
        report.failures = failureReports()
        report.verdict =
            report.error != nil
            ? .error : !failures.isEmpty ? .fail : report.reason != nil ? .skip : .pass
        report.seconds = Double(clock.uptimeNanoseconds() - started) / 1e9
        if !time.isVirtual {
            for (host, log) in zip(plan.hosts, logs) where !host.failsOnPurpose && plan.stepEngineLine == nil {
                report.failedMessages += log.messages.count { $0.delivery == .failed }
            }
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

    /// Runs steps, each with the number that its place gives it.
    func run(_ steps: [Step], _ number: (Int) -> StepNumber) throws(Stop) {
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
        if isTooLate { try timeOut(step, number) }
        let host = hostIndex(of: step)
        let index = steps.count
        let newest = try newest(step, number)
        steps.append(StepRun(number: number, step: step, host: host, start: newest, end: newest))
        if case .createProcess = step.action { creations.append(index) }
        if let action = step.action { try perform(action, index) }
        if !step.background { steps[index].end = try self.newest(step, number) }
        if let action = step.action, action.changesQueued || action.changesRules && !pending.isEmpty {
            steps[index].ended = try ended(on: host, steps[index])
        }
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

    /// Ends the case because its time is over.
    func timeOut(_ step: Step, _ number: StepNumber) throws(Stop) -> Never {
        failures.append(
            LookedExpectation(
                line: step.line, step: number, id: step.id, source: .null, expected: "done",
                subject: "the case within \(plan.timeout.shortText)",
                detail: "not done after \(plan.timeout.shortText), in step \(number)"))
        throw .failed
    }

    /// The sequence of the newest message of each host.
    func newest(_ step: Step, _ number: StepNumber) throws(Stop) -> [UInt64] {
        var newest: [UInt64] = []
        for host in hosts {
            do throws(HostFault) { newest.append(try host.newestSequence()) } catch {
                if options.isCancelled() { throw .cancelled }
                throw .error(ErrorReport(.wdfilterd, line: step.line, step: number.description, detail: error.detail))
            }
        }
        return newest
    }

    /// How many messages of a host have come to their end.
    private func ended(on host: Int, _ run: StepRun) throws(Stop) -> UInt64 {
        do throws(HostFault) { try logs[host].update(from: hosts[host]) } catch { try fail(run, error) }
        return logs[host].ended
    }

    /// Whether the case must be done by now.
    var isTooLate: Bool { clock.uptimeNanoseconds() > deadline }

    /// The real time that the case has left.
    var remaining: Duration {
        let now = clock.uptimeNanoseconds()
        return time.isVirtual ? .century : .nanoseconds(Int64(clamping: deadline > now ? deadline - now : 0))
    }

    /// The host of a step: the one that it names, else that of the process that it names, else the first.
    private func hostIndex(of step: Step) -> Int {
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
