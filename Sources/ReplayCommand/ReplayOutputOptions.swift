import ArgumentParser

/// What a replay writes, and where.
struct ReplayOutputOptions: ParsableArguments {
    @Flag(help: "Also print how often each condition of the driver was true and false.")
    var coverage = false

    @Option(
        help: "Write each message to this file, as JSON lines, or as CSV if its name ends in .csv.", completion: .file()
    )
    var messages: String?

    @Option(
        help: "Say what is lost now and was not in this report of an earlier --json, and what came back.",
        completion: .file())
    var compare: String?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Flag(help: "Do not print progress.")
    var quiet = false
}
