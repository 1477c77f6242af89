import ArgumentParser

/// The output of a replay.
struct ReplayOutputOptions: ParsableArguments {
    @Flag(help: "Also print how often each condition of the driver was true and false.")
    var coverage = false

    @Option(
        help: "Write each message to this file, as JSON lines, or as CSV if its name ends in .csv.", completion: .file()
    )
    var messages: String?

    @Option(
        help: "Write each point of a sweep to this file, as JSON lines, or as CSV if its name ends in .csv.",
        completion: .file())
    var points: String?

    @Option(
        help:
            "List the messages that this report of an earlier --json does not have among its losses, and those that came back.",
        completion: .file())
    var compare: String?

    @Option(
        help: ArgumentHelp(
            "Write the report as one HTML file; - for standard output, without the text.", valueName: "file"),
        completion: .file())
    var html: String?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Flag(help: "Do not print progress.")
    var quiet = false

    /// The file of the page; nil if it is for standard output.
    var htmlFile: String? { html == "-" ? nil : html }

    /// Whether standard output is for the page, and not for the text.
    var printsHTML: Bool { html == "-" }

    func check() throws(ValidationError) {
        if printsHTML, json { throw ValidationError("--html - and --json both want standard output") }
        if html == "" { throw ValidationError("--html needs the name of a file") }
        for (option, path) in [("--messages", messages), ("--points", points)] where path != nil && path == htmlFile {
            throw ValidationError("--html and \(option) name the same file")
        }
    }
}
