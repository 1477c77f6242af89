public import ArgumentParser
import Bytes
import Messages
public import Console
import Replay
import Runtime
import ScenarioFile
import Scenarios

/// `wdfilterd test`.
public struct TestCommand: CheckedCommand {
    /// The name, the help and the examples.
    public static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run scenarios: what must happen on a host, and what the driver and the engine must do about it.",
        discussion: """
            PATH is a scenario file, - for standard input, or a directory, of which all *.scenario.yaml, *.scenario.yml and \
            *.scenario.json files are run. Cases run in this process in virtual time, so that minutes of waiting take no time, \
            and two runs give the same report. With --engine-url, an engine at a URL gets the messages, in real time. With --server, \
            cases run on hosts of a service, in real time; each case creates hosts called t-..., and deletes them.

            A failure says what was expected, what came nearest, why the driver did or did not notify the engine, and the \
            smallest change that would have made the expectation hold.

            Exit code 0 if every case passed or was skipped, 1 if one failed, 2 for wrong usage, a wrong file, a step that a \
            host refused, or no case, 3 if the tool or the service failed. The highest wins. Ctrl-C starts no further case, writes the \
            reports, and exits with 130.

            Examples:
              wdfilterd test tests/
              wdfilterd test tests/threads.scenario.yaml --filter '*remote*' --verbose
              wdfilterd test tests/ --json report.json --html report.html
              wdfilterd test tests/ --junit out.xml --shard 2/5
              wdfilterd test tests/ --explain 'Our engine denies mimikatz'
              wdfilterd test tests/ --watch
              wdfilterd test tests/ --list
              wdfilterd test tests/ --engine-url http://127.0.0.1:9000/
              wdfilterd test tests/ --server http://127.0.0.1:8080 --token-file admin.token
            """)

    @Argument(help: "Scenario files and directories.", completion: .file())
    var paths: [String] = []

    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Engine") var engine: EngineOptions
    @OptionGroup(title: "Service") var server: ServerOptions
    @OptionGroup(title: "Running") var running: RunningOptions
    @OptionGroup(title: "Reports") var reports: ReportOptions

    /// Creates a command without options.
    public init() {}

    /// Refuses options that contradict each other.
    public func checkOptions() throws(ValidationError) {
        if paths.isEmpty, !reports.schema { throw ValidationError("name a scenario file or a directory") }
        if paths.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be read only once") }
        try selection.check()
        try engine.check()
        try reports.checkOptions()
        try server.check()
        if engine.url != nil, server.url != nil {
            throw ValidationError(
                "--server and --engine-url cannot be used together: the hosts are on the service, or in this process")
        }
        try running.check(paths: paths)
    }

    /// Runs the scenarios and prints the result.
    public func run() throws {
        if reports.schema {
            return try StandardStream.output.deliver(String(decoding: ScenarioSchema.json, as: UTF8.self))
        }
        let files = try ScenarioFiles(paths, options: try running.fileOptions())
        if reports.check { return try printCheck(files) }
        let (cases, total) = try select(from: files)
        if reports.list { return try printList(cases) }
        try reports.check(besides: files.names)
        // Until here a signal ends the process as ever; it must not wait for standard input. No other thread has started.
        let signals = AwaitedSignals.endings()
        let control = RunControl(reports.quiet ? .none : .of(.error), signals: signals)
        // Before the cases run, so that no change is missed.
        let watch = running.watch ? try FileWatch() : nil
        try watch?.add(files.watched, and: files.folders)
        let report = try runAndReport(cases, of: files, total: total, control)
        if let watch { try run(again: watch, control) }
        if let failure = failure(of: report, on: files, total: total, control) { throw failure }
    }

    /// The cases to run, and how many all shards run together.
    private func select(from files: ScenarioFiles) throws(CommandFailure) -> (cases: [CasePlan], total: Int) {
        let (cases, total) = selection.select(from: files.cases)
        guard let name = reports.explain else { return (cases, total) }
        let named = cases.filter { $0.title == name || $0.name == name }
        if named.isEmpty, files.faults.isEmpty {
            throw CommandFailure(
                status: .usage,
                message: "--explain: no case is called \(name.quoted())"
                    + cases.map(\.title).hintOrList(for: name))
        }
        return (named, named.count)
    }

    /// Runs the cases of files that change, until a signal comes.
    private func run(again watch: FileWatch, _ control: RunControl) throws(CommandFailure) {
        while true {
            if !reports.quiet { StandardStream.error.line("watching for changes, until Ctrl-C") }
            guard let change = watch.wait(until: { control.isInterrupted }) else { return }
            var files = try ScenarioFiles(paths, options: try running.fileOptions())
            while try watch.add(files.watched, and: files.folders) {
                files = try ScenarioFiles(paths, options: try running.fileOptions())
            }
            let (cases, total) = try select(from: files)
            let changed = cases.filter { change.concerns($0.paths) }
            let isWrong = files.faults.contains { change.concerns([$0.file]) }
            if !changed.isEmpty || isWrong { _ = try runAndReport(changed, of: files, total: total, control) }
        }
    }

    /// Runs the cases, and prints and writes the report. Meanwhile the commands of a pipeline are switched off.
    private func runAndReport(
        _ cases: [CasePlan], of files: ScenarioFiles, total: Int, _ control: RunControl
    ) throws(CommandFailure) -> RunReport {
        let commands = reports.workflowCommands
        commands?.stop()
        let result = Result { () throws(CommandFailure) in
            defer { control.clear() }
            var report = try run(cases, of: files, control)
            report.shard = selection.shard
            report.shard?.total = total
            control.clear()
            try reports.write(report)
            return report
        }
        commands?.resume()
        let report = try result.get()
        commands?.annotate(report)
        if commands != nil, let path = Environment["GITHUB_STEP_SUMMARY"] {
            try StepSummary(report).append(to: path)
        }
        return report
    }

    private func run(
        _ cases: [CasePlan], of files: ScenarioFiles, _ control: RunControl
    ) throws(CommandFailure) -> RunReport {
        let clock = SystemClock()
        let (now, uptime) = (clock.now(), clock.uptimeNanoseconds())
        let place: any RunPlace
        do throws(CommandFailure) { place = try makePlace(for: cases, control) } catch  where error.status == .failed {
            // A report that a pipeline keeps from an earlier run must not stand for this one.
            var report = report(
                on: cases, of: files, startedAt: now, obstacle: control.isInterrupted ? nil : error.message)
            report.seconds = Double(clock.uptimeNanoseconds() - uptime) / 1e9
            return report
        }
        if running.retries > 0, !cases.isEmpty, place.time == .virtual, !cases.contains(where: \.wantsRealTime) {
            throw CommandFailure(
                status: .usage, message: "--retries: all cases run in virtual time, where the outcome cannot change")
        }
        let golden = GoldenFileStore(isUpdating: running.update != nil)
        var settings = CaseRun.Options()
        settings.settle = running.settle?.duration
        settings.keepsGoing = running.keepGoing
        settings.isCancelled = { control.isInterrupted }
        settings.golden = golden
        settings.countsRoutines = reports.countsRoutines
        settings.explains = reports.explain != nil
        let results =
            running.failFast && !files.faults.isEmpty
            ? cases.map { CaseRuns.skipped($0, "not run: --fail-fast") }
            : CaseRuns(cases, at: place, options: running, settings: settings, control: control).run()
        if running.update != nil, !control.isInterrupted {
            let stream: StandardStream = reports.isForProgram ? .error : .output
            control.clear()
            for line in try golden.write(named: cases.flatMap(\.goldenFiles)) { stream.line(line) }
        }
        var report = RunReport(
            version: Version.current, time: place.time, cases: results, faults: files.faults,
            fileCount: files.names.count)
        (report.engine, report.server) = (place.engine, place.server)
        report.started = now
        if reports.countsRoutines {
            report.coverage = results.reduce(into: RoutineCount()) { $0.add($1.routines ?? RoutineCount()) }.report
        }
        report.seconds = Double(clock.uptimeNanoseconds() - uptime) / 1e9
        return report
    }

    private func makePlace(for cases: [CasePlan], _ control: RunControl) throws(CommandFailure) -> any RunPlace {
        let openRecording: LocalTestBed.OpenRecording = { plan throws(HostFault) in
            try RecordedFile.open(plan) { control.isInterrupted }
        }
        if let url = engine.url {
            return try EnginePlace(engine, url: url, timeout: running.timeout, openRecording: openRecording) {
                control.isInterrupted
            }
        }
        if let url = server.url {
            return try ServerPlace(server, url: url, timeout: running.timeout) { control.isInterrupted }
        }
        return try LocalPlace(cases, openRecording: openRecording)
    }

    /// The report on cases that were not run, because of an obstacle or because the run was interrupted.
    private func report(
        on cases: [CasePlan], of files: ScenarioFiles, startedAt started: FileTime, obstacle: String?
    ) -> RunReport {
        let results = cases.map { plan in
            guard let obstacle else { return CaseRuns.skipped(plan, CaseRuns.interrupted) }
            var result = CaseReport(plan)
            result.verdict = .error
            result.error = ErrorReport(.wdfilterd, line: plan.line, step: nil, detail: obstacle)
            return result
        }
        var report = RunReport(
            version: Version.current, time: .real, cases: results, faults: files.faults, fileCount: files.names.count)
        (report.engine, report.server) = (engine.shownURL, server.url)
        (report.started, report.obstacle) = (started, obstacle)
        return report
    }

    /// The exit code and its reason: the highest code wins. Nil for 0.
    private func failure(
        of report: RunReport, on files: ScenarioFiles, total: Int, _ control: RunControl
    ) -> CommandFailure? {
        if let signal = control.interruption {
            return CommandFailure(status: signal.exitStatus, message: "interrupted by \(signal.rawValue)")
        }
        if let obstacle = report.obstacle { return CommandFailure(status: .failed, message: obstacle) }
        let sums = report.sums
        let ours = report.cases.count { $0.error?.origin == .wdfilterd }
        if ours > 0 {
            return CommandFailure(status: .failed, message: "wdfilterd failed in \(ours.counted("case"))")
        }
        let wrong = report.wrongFiles.count
        var reasons: [String] = []
        if sums.error > wrong { reasons.append("\((sums.error - wrong).counted("case")) could not be run") }
        if wrong > 0 {
            reasons.append("\(report.faults.count.counted("fault")) in \(wrong.counted("file"))")
        }
        if total == 0, selection.noTests == .fail, wrong == 0 {
            reasons.append("no case is selected\(selection.advice(on: files)); --no-tests pass allows that")
        }
        if !reasons.isEmpty { return CommandFailure(status: .usage, message: reasons.joined(separator: "; ")) }
        if sums.fail > 0 { reasons.append("\(sums.fail.counted("case")) failed") }
        if let failUnder = reports.failUnder, let percent = report.coverage?.percent, percent < failUnder {
            reasons.append("the coverage is \(percent) %, less than \(failUnder) %")
        }
        if selection.failOnSkip, sums.skip > 0 { reasons.append("\(sums.skip.counted("case")) skipped") }
        return reasons.isEmpty ? nil : CommandFailure(status: .notMet, message: reasons.joined(separator: "; "))
    }

    private func printCheck(_ files: ScenarioFiles) throws {
        let lines = files.faults.map(\.description)
        let total =
            "\(files.names.count.counted("file")), \(files.cases.count.counted("case")), \(files.faults.count.counted("fault"))"
        if lines.isEmpty { return try StandardStream.output.deliverLine(total) }
        throw CommandFailure(status: .usage, lines: (lines + [total]).joined(separator: "\n"))
    }

    private func printList(_ cases: [CasePlan]) throws {
        var text = ""
        for plan in cases {
            text += "\(plan.file.escapingInvisible): \(plan.title.escapingInvisible)\n"
            if reports.verbose, let description = plan.description {
                text += "    \(description.escapingInvisible)\n"
            }
        }
        try StandardStream.output.deliver(text)
    }
}
