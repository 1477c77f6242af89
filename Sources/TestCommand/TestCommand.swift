public import ArgumentParser
import Bytes
public import Console
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
            and two runs give the same report. With --engine-url, an engine at a URL gets the messages, in real time.

            A failure says what was expected, what came nearest, why the driver did or did not notify the engine, and the \
            smallest change that would have made the expectation hold.

            Exit code 0 if every case passed or was skipped, 1 if one failed, 2 for wrong usage, a wrong file, a step that a \
            host refused, or no case, 3 if the tool itself failed.

            Examples:
              wdfilterd test tests/
              wdfilterd test tests/threads.scenario.yaml --filter '*remote*' --verbose
              wdfilterd test tests/ --json report.json
              wdfilterd test tests/ --list
              wdfilterd test tests/ --engine-url http://127.0.0.1:9000/
            """)

    @Argument(help: "Scenario files and directories.", completion: .file())
    var paths: [String] = []

    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Engine") var engine: EngineOptions
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
    }

    /// Runs the scenarios and prints the result.
    public func run() throws {
        if reports.schema {
            return try StandardStream.output.deliver(String(decoding: ScenarioSchema.json, as: UTF8.self))
        }
        let files = try ScenarioFiles(paths, options: try running.fileOptions())
        if reports.check { return try printCheck(files) }
        var cases = files.cases
        selection.select(from: &cases)
        if reports.list { return try printList(cases) }
        let started = SystemClock().uptimeNanoseconds()
        let place: any RunPlace =
            if let url = engine.url { try EnginePlace(engine, url: url) } else { try LocalPlace(cases) }
        let results = CaseRuns(cases, at: place, options: running).run()
        var report = RunReport(
            version: Version.current, time: place.time, cases: results, faults: files.faults, fileCount: files.count)
        (report.engine, report.server) = (place.engine, place.server)
        report.seconds = Double(SystemClock().uptimeNanoseconds() - started) / 1e9
        try reports.write(report)
        try finish(report)
    }

    private func finish(_ report: RunReport) throws {
        let sums = report.sums
        let isToolFault = report.cases.contains { $0.error?.origin == .wdfilterd }
        if isToolFault { throw CommandFailure(status: .failed, message: "wdfilterd failed in a case") }
        if sums.error > 0 {
            throw CommandFailure(status: .usage, message: "\(sums.error.counted("case")) could not be run")
        }
        if !report.faults.isEmpty {
            throw CommandFailure(status: .usage, message: "\(report.faults.count.counted("fault")) in the files")
        }
        if report.cases.isEmpty, selection.noTests == .fail {
            throw CommandFailure(status: .usage, message: "no case is selected; --no-tests pass allows that")
        }
        if sums.fail > 0 { throw CommandFailure(status: .notMet, message: "\(sums.fail.counted("case")) failed") }
        if selection.failOnSkip, sums.skip > 0 {
            throw CommandFailure(status: .notMet, message: "\(sums.skip.counted("case")) skipped")
        }
    }

    private func printCheck(_ files: ScenarioFiles) throws {
        let lines = files.faults.map(\.description)
        let total =
            "\(files.count.counted("file")), \(files.cases.count.counted("case")), \(files.faults.count.counted("fault"))"
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
