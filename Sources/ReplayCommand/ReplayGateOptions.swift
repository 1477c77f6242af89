import ArgumentParser
import Bytes
import Console
import Glibc
import Replay

/// The conditions on the result of a replay.
struct ReplayGateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            --fail-on-loss or --fail-on-loss=N: exit with 1 if a message is lost, or more than N. --fail-on-loss=new: if more are \
            lost than in the report of --compare.
            """, valueName: "N|new"),
        transform: LossLimit.init)
    var failOnLoss: LossLimit?

    @Option(
        help: "Exit with 1 if a message is handed to the engine later than this, such as 500ms or 2s; needs a pace.",
        transform: DelayLimit.init)
    var maxDelay: DelayLimit?

    @Option(
        help: "Exit with 1 if more than this number of messages wait in the queue of a host, 0 to 1000000.",
        transform: WholeNumber.parser(0...1_000_000))
    var maxQueue: Int?

    @Option(
        help: "Exit with 1 if the coverage, as shown to a tenth, is less than this percentage, 0 to 100.",
        transform: Percentage.parse)
    var failUnder: Double?

    /// Whether there is any.
    var areGiven: Bool { failOnLoss != nil || maxDelay != nil || maxQueue != nil || failUnder != nil }

    /// Whether the gates need an earlier report.
    var needsComparison: Bool { failOnLoss == .new }

    /// The gates with their results.
    func gates(of report: ReplayReport) -> [ReplayGate] {
        var gates: [ReplayGate] = []
        switch failOnLoss {
        case .count(let limit):
            gates.append(.atMost(limit, "fail-on-loss", report.lost) { "\($0.counted("message")) lost" })
        case .new:
            let comparison = report.comparison
            gates.append(
                ReplayGate(
                    newlyLost: comparison?.newCount ?? 0, isIncomplete: comparison?.isIncomplete ?? false))
        case nil: break
        }
        if let maxDelay {
            let milliseconds = Double(report.longestDelay ?? 0) / 1000
            gates.append(ReplayGate(maxDelay: maxDelay.milliseconds, longest: milliseconds))
        }
        if let maxQueue {
            gates.append(.atMost(maxQueue, "max-queue", report.queue.peak) { "\($0.counted("message")) queued" })
        }
        if let failUnder { gates.append(ReplayGate(failUnder: failUnder, coverage: report.coverage.percent)) }
        return gates
    }
}

/// How many messages may be lost.
enum LossLimit: Equatable, Sendable {
    case count(Int)
    /// None that was not lost before.
    case new

    /// Parses a number or `new`.
    ///
    /// - Throws: an error that says what to write.
    init(_ text: String) throws {
        if text == "new" {
            self = .new
        } else if let count = Int(text), count >= 0 {
            self = .count(count)
        } else {
            throw ValidationError(
                "write --fail-on-loss, --fail-on-loss=N with the number that may be lost, or --fail-on-loss=new")
        }
    }

    /// The arguments, with the value 0 for a `--fail-on-loss` without one. ArgumentParser would take any next argument as the value,
    /// also a recording. Here, it has to look like a value, and no file may have that name.
    static func completing(_ arguments: [String]) -> [String] {
        var completed: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return completed + [argument] + rest }
            guard argument == "--fail-on-loss" else {
                completed.append(argument)
                continue
            }
            let isValue = rest.first.map { ($0 == "new" || $0.utf8.isDecimal) && access($0, F_OK) != 0 } ?? false
            completed.append("--fail-on-loss=\(isValue ? rest.removeFirst() : "0")")
        }
        return completed
    }
}

/// How late a message may be.
struct DelayLimit: Equatable, Sendable {
    let milliseconds: Int

    /// Parses `500ms` or `2.5s`.
    ///
    /// - Throws: an error that says what to write.
    init(_ text: String) throws {
        guard let time = Milliseconds(text) else {
            throw ValidationError("write milliseconds or seconds with their unit, such as 500ms or 2.5s")
        }
        milliseconds = time.count
    }
}
