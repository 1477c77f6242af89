import Console
import Logging
import NotificationAPI
import Replay
import Runtime

/// Replays recordings with several settings at once. The lines are read once, and each block of them goes to all points before the
/// next one is read. Then the edge of the engine is looked for between the two points around it.
struct SweepReplay {
    private let command: ReplayCommand
    private let machinesWithSysmon: Set<String>
    private let setup: ReplaySetup
    private let deprecations: Deprecations
    private let progress: ReplayProgress
    private let policyUse: PolicyUse

    /// What a sweep found.
    struct Outcome {
        var result: SweepResult
        /// The report of the first point.
        var report: ReplayReport
        /// The patterns of `--policy` that matched no image.
        var unusedPolicies: [String] = []
        var unread: UnreadInput
        var fault: CommandFailure?
    }

    init(
        _ command: ReplayCommand, machinesWithSysmon: Set<String>, progress: ReplayProgress, logger: Logger
    ) throws(CommandFailure) {
        self.command = command
        self.machinesWithSysmon = machinesWithSysmon
        self.progress = progress
        policyUse = PolicyUse(command.policy)
        deprecations = Deprecations(logger: logger)
        setup = try ReplaySetup(command)
        logger.debug("sweeping", metadata: ["axes": "\(command.sweep.map(\.parameter.rawValue))"])
    }

    /// Replays the recordings, which `open` opens as often as they are needed.
    func run(_ open: () -> sending RecordingFiles) throws(CommandFailure) -> Outcome {
        let started = SystemClock().uptimeNanoseconds()
        var result = SweepResult(command.sweep)
        let pass = try pass(open(), result.combinations, result.axes, isReported: true)
        result.add(zip(result.combinations, pass.reports).map { SweepPoint($0, $1, isRefined: false) })
        var outcome = Outcome(result: result, report: pass.reports[0], unread: pass.unread, fault: pass.fault)
        if pass.fault == nil { try refine(&outcome.result, open) }
        outcome.unusedPolicies = policyUse.unused
        outcome.report.settings = command.settings(setup.defaults)
        outcome.report.durationMilliseconds = (SystemClock().uptimeNanoseconds() - started) / 1_000_000
        return outcome
    }

    /// Adds points between those around the edge, until they are close to it.
    private func refine(_ result: inout SweepResult, _ open: () -> sending RecordingFiles) throws(CommandFailure) {
        while let values = result.valuesToRefine {
            guard command.files.allSatisfy(RecordingFiles.canBeReadAgain) else {
                result.whyNotRefined = "The edge is not known better than that: the input cannot be read a second time."
                return
            }
            let combinations = values.map { [$0] }
            let pass = try pass(open(), combinations, result.axes, isReported: false)
            result.add(zip(combinations, pass.reports).map { SweepPoint($0, $1, isRefined: true) })
        }
    }

    /// Replays the input with each of `combinations`; the report of the first one is complete if it `isReported`.
    private typealias Pass = (reports: [ReplayReport], unread: UnreadInput, fault: CommandFailure?)

    private func pass(
        _ input: sending RecordingFiles, _ combinations: [[Int]], _ axes: [SweepAxis], isReported: Bool
    ) throws(CommandFailure) -> Pass {
        var options = try command.feedOptions(input.detectedFormat(), machinesWithSysmon)
        if options.format == .native {
            throw CommandFailure(status: .usage, message: "--sweep requires records with times: native lines have none")
        }
        options.onDeprecated = deprecations.recordUse
        let runs = try combinations.enumerated().map { index, values throws(CommandFailure) in
            let setup = try setup.with(Array(zip(axes.map(\.parameter), values)))
            var own = options
            own.reportsCoverage = isReported && index == 0
            own.reportsTimeline = own.reportsCoverage
            if isReported, index == 0 { own.onCreation = policyUse.note }
            return ReplayRun(try ReplayMachines(setup, command.pace, lists: isReported && index == 0), own)
        }
        let crew = SweepCrew(runs)
        let lines = ReadAheadLines(input, options, threads: LocalReplay.readers)
        defer { lines.stop() }
        var part: Int?
        while true {
            switch lines.next() {
            case .end(let unread): return (try crew.finish(), unread, nil)
            case .fault(let fault, let unread): return (try crew.finish(), unread, fault)
            case .lines(let read, let block):
                try crew.apply(read, beginning: part == block.part ? nil : block.name)
                part = block.part
                progress.begin(block)
                progress.note(read.count, of: read.count)
            }
        }
    }
}
