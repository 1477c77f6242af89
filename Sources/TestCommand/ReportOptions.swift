import ArgumentParser
import Console
import JSON
import Scenarios

/// What is printed and written.
struct ReportOptions: ParsableArguments {
    @Option(
        help: "Write the report as JSON to this file; - for standard output, without the text.", completion: .file())
    var json: String?

    @Flag(help: "Add durations to the JSON report, which then differ from run to run.")
    var timings = false

    @Flag(name: .shortAndLong, help: "Print the cases that passed, too.")
    var verbose = false

    @Flag(help: "Print only the sums.")
    var quiet = false

    @Option(help: "Whether to use colors: auto = on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @Flag(help: "Print the cases that would run, and run none.")
    var list = false

    @Flag(help: "Only read the files, and print their faults.")
    var check = false

    @Flag(help: "Print the JSON Schema of scenario files.")
    var schema = false

    /// Prints the report, and writes the files.
    func write(_ report: RunReport) throws(CommandFailure) {
        if let json {
            var writer = JSONWriter()
            report.write(to: &writer, timings: timings)
            writer.newline()
            if json == "-" { return try StandardStream.output.deliver(String(decoding: writer.bytes, as: UTF8.self)) }
            try ReportFile(json).write(writer.bytes)
        }
        try StandardStream.output.deliver(
            RunText(report, isVerbose: verbose, isQuiet: quiet, style: TerminalStyle(color, of: .output)).text)
    }
}
