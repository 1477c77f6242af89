import ArgumentParser
import Bytes
import Console
import ScenarioFile

/// How cases are run.
struct RunningOptions: ParsableArguments {
    @Option(
        help: "Set a variable of the scenarios: NAME=VALUE. May be given several times.", transform: Assignment.parse)
    var set: [Assignment] = []

    @Option(
        help: "How many cases run at a time. (default: the number of processors; 8 in real time)",
        transform: RunningOptions.count)
    var parallel: Int?

    @Flag(help: "Start no further case after one that did not pass.")
    var failFast = false

    @Flag(help: "Go on with the steps of a case after an expectation that does not hold.")
    var keepGoing = false

    @Option(
        help: "In real time: how often a case that failed is run again. One that passes then is counted as flaky.",
        transform: RunningOptions.retryCount)
    var retries = 0

    @Option(
        help: "How long to wait for the first answer of the engine or the service. (default: 10s)",
        transform: ShortDuration.init)
    var wait: ShortDuration?

    @Option(
        help:
            "How long to wait for the worker before expectations are looked at. (default: 5s, or 60s of virtual time)",
        transform: ShortDuration.init)
    var settle: ShortDuration?

    @Option(
        defaultAsFlag: UpdateChoice.outsidePipelines, parsing: .next,
        help: """
            Write the golden files of the cases, and say what changed. If CI is set, only --update=force does.
            """)
    var update: UpdateChoice?

    @Flag(help: "Run the cases of changed files again, until Ctrl-C.")
    var watch = false

    @Option(
        help: "The folder that no path in a scenario may leave. (default: that of the file)", completion: .directory)
    var root: String?

    /// How long to wait for the first answer of the engine or the service.
    var timeout: Duration { wait?.duration ?? .seconds(10) }

    func check(paths: [String]) throws(ValidationError) {
        // The parser takes any other value for none.
        if let other = CommandLine.arguments.first(where: { $0.hasPrefix("--update=") && $0 != "--update=force" }) {
            throw ValidationError("\(other.quoted()): the only value is force")
        }
        if watch, paths.contains("-") { throw ValidationError("--watch needs files; standard input cannot change") }
        if watch, update != nil { throw ValidationError("--watch and --update exclude each other") }
        if case .outsidePipelines = update, let value = Environment["CI"] {
            throw ValidationError("--update is refused because CI is \(value.quoted()); write --update=force")
        }
    }

    func fileOptions() throws(CommandFailure) -> ScenarioFile.Options {
        var options = ScenarioFile.Options()
        for assignment in set { options.variables[assignment.name] = assignment.value }
        options.root = root
        return options
    }

    private static func retryCount(_ text: String) throws(ValidationError) -> Int {
        guard let count = Int(text), (0...100).contains(count) else {
            throw ValidationError("\(text.quoted()) is not a number from 0 to 100")
        }
        return count
    }

    private static func count(_ text: String) throws(ValidationError) -> Int {
        guard let count = Int(text), (1...256).contains(count) else {
            throw ValidationError("\(text.quoted()) is not a number from 1 to 256")
        }
        return count
    }
}

/// `NAME=VALUE`.
struct Assignment: Hashable, Sendable {
    let name: String
    let value: String

    static func parse(_ text: String) throws(ValidationError) -> Assignment {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValidationError("\(text.quoted()) is not NAME=VALUE")
        }
        return Assignment(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
