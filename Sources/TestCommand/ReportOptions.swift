import ArgumentParser
import Bytes
import Console
import JSON
import Scenarios

/// What is printed and written.
struct ReportOptions: ParsableArguments {
    @Option(
        help:
            "Write the report as JUnit XML to this file, also if no case is selected. Missing folders are created.",
        completion: .file())
    var junit: String?

    @Option(
        help: "Write the report as JSON to this file; - for standard output, without the text.", completion: .file())
    var json: String?

    @Option(
        help: "Write the report as one HTML file; - for standard output, without the text.", completion: .file())
    var html: String?

    @Flag(help: "Print the report by the Test Anything Protocol (TAP 14) instead of as text.")
    var tap = false

    @Option(
        help: """
            Where to annotate failures: github = commands and a summary of the step for GitHub Actions, \
            auto = there if GITHUB_ACTIONS is true.
            """)
    var annotate = AnnotationChoice.auto

    @Flag(help: "Report which outcomes of the driver's conditions the cases reached, as replay does.")
    var coverage = false

    @Option(
        help: "Exit with 1 if the coverage, as shown to a tenth, is less than this percentage, 0 to 100.",
        transform: Percentage.parse)
    var failUnder: Double?

    @Flag(help: "Add durations to the JSON and HTML reports, which then differ from run to run.")
    var timings = false

    @Flag(name: .shortAndLong, help: "Print the cases that passed, too.")
    var verbose = false

    @Flag(help: "Print only the sums, and no progress.")
    var quiet = false

    @Option(help: "Whether to use colors: auto = on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @Option(
        help: """
            Run only the case of this name (NAME, or NAME [ROW]), and print what made each of its expectations hold or fail.
            """)
    var explain: String?

    @Flag(help: "Print the cases that would run, and run none.")
    var list = false

    @Flag(help: "Only read the files, and print their faults.")
    var check = false

    @Flag(help: "Print the JSON Schema of scenario files.")
    var schema = false

    /// Whether the run counts what the routines do.
    var countsRoutines: Bool { coverage || failUnder != nil }

    /// The commands of GitHub Actions, if they are wanted.
    var workflowCommands: WorkflowCommands? {
        annotate.isForGitHub ? WorkflowCommands(on: isForProgram ? .error : .output) : nil
    }

    /// Whether standard output is for a program.
    var isForProgram: Bool { tap || json == "-" || html == "-" }

    func checkOptions() throws(ValidationError) {
        let readsOnly = [("--list", list), ("--check", check), ("--schema", schema)].filter(\.1).map(\.0)
        if readsOnly.count > 1 {
            throw ValidationError("\(readsOnly.joined(separator: " and ")) exclude each other")
        }
        if let first = readsOnly.first,
            junit != nil || json != nil || html != nil || tap || countsRoutines || explain != nil
        {
            throw ValidationError("\(first) runs no case, so there is nothing to report")
        }
        if quiet, verbose { throw ValidationError("--quiet and --verbose exclude each other") }
        if explain != nil, tap || quiet { throw ValidationError("--explain prints text; leave out --tap and --quiet") }
        let outputs = [("--tap", tap), ("--json -", json == "-"), ("--html -", html == "-")].filter(\.1).map(\.0)
        if outputs.count > 1 { throw ValidationError("\(outputs[0]) and \(outputs[1]) both want standard output") }
        if junit == "-" || junit == "" { throw ValidationError("--junit needs the name of a file") }
        if html == "" { throw ValidationError("--html needs the name of a file") }
        let files = [("--junit", junit), ("--json", json), ("--html", html)]
        for (place, one) in files.enumerated() {
            for other in files[(place + 1)...] where one.1 != nil && one.1 == other.1 {
                throw ValidationError("\(one.0) and \(other.0) name the same file")
            }
        }
        if timings, json == nil, html == nil { throw ValidationError("--timings requires --json or --html") }
    }

    /// Refuses to write a report over one of `files`.
    func check(besides files: [String]) throws(CommandFailure) {
        for (option, path) in [("--junit", junit), ("--json", json), ("--html", html)] {
            guard let path, path != "-", let resolved = path.resolvedPath,
                files.contains(where: { $0.resolvedPath == resolved })
            else { continue }
            throw CommandFailure(status: .usage, message: "\(option): \(path) is a scenario file of this run")
        }
    }

    /// Prints the report, and writes the files.
    func write(_ report: RunReport) throws(CommandFailure) {
        if let junit { try ReportFile(junit).write(Array(JUnitReport(report).text.utf8)) }
        if let html, html != "-" { try ReportFile(html).write(RunPage(report, timings: timings).html) }
        if let json {
            var writer = JSONWriter()
            report.write(to: &writer, timings: timings)
            writer.newline()
            if json == "-" { return try StandardStream.output.deliver(String(decoding: writer.bytes, as: UTF8.self)) }
            try ReportFile(json).write(writer.bytes)
        }
        if html == "-" {
            let page = RunPage(report, timings: timings).html
            return try StandardStream.output.deliver(String(decoding: page, as: UTF8.self))
        }
        let text =
            tap
            ? TAPReport(report).text
            : RunText(
                report, isVerbose: verbose || explain != nil, isQuiet: quiet, showsCoverage: coverage,
                style: TerminalStyle(color, of: .output)
            ).text
        try StandardStream.output.deliver(text)
    }
}
