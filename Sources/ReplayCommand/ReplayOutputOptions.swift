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

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    @Flag(help: "Do not print progress.")
    var quiet = false
}
