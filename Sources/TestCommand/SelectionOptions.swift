import ArgumentParser
import Bytes
import Console
import Driver
import Scenarios

/// Which cases are run.
struct SelectionOptions: ParsableArguments {
    /// What to do without a case.
    enum NoTests: String, CaseIterable, ExpressibleByArgument {
        case fail, pass
    }

    @Option(help: "Run only cases whose \"FILE: NAME [CASE]\" matches this glob. May be given several times.")
    var filter: [String] = []

    @Option(help: "Run only scenarios with this tag. May be given several times; any of them counts.")
    var tag: [String] = []

    @Option(
        help:
            "Run only the Ith of N shards, I/N: the cases are dealt out in turn, and all shards together run all of them.",
        transform: RunReport.Shard.parse)
    var shard: RunReport.Shard?

    @Option(help: "Whether it is a failure if no case is selected.")
    var noTests = NoTests.fail

    @Flag(help: "Exit with 1 if a case was skipped.")
    var failOnSkip = false

    func check() throws(ValidationError) {
        for glob in filter where glob.isEmpty { throw ValidationError("--filter must not be empty") }
    }

    /// Why no case of `files` is selected, as the end of a message: it begins with a colon, and is empty if the reason is
    /// not known.
    func advice(on files: ScenarioFiles) -> String {
        if files.names.isEmpty { return ": no *.scenario.yaml, *.scenario.yml or *.scenario.json file is there" }
        let all = files.cases
        let tags = Set(all.flatMap(\.tags)).sorted()
        let unknown = tag.filter { !tags.contains($0) }
        if let first = unknown.first {
            return tags.isEmpty
                ? ": no scenario has a tag"
                : ": no scenario has the tag \(first.quoted())" + tags.hintOrList(for: first)
        }
        for filter in filter {
            let wider = "*" + filter + (filter.hasSuffix("*") ? "" : "*")
            let pattern = ImageNamePattern(wider)
            let count = all.count { pattern.matches("\($0.file): \($0.title)") }
            if count > 0 {
                return
                    ": --filter looks at the whole \"FILE: NAME [CASE]\"; \(wider.quoted()) selects \(count.counted("case"))"
            }
        }
        return ""
    }

    /// The cases that are to be run, and how many all shards run together.
    func select(from all: [CasePlan]) -> (cases: [CasePlan], total: Int) {
        let patterns = filter.map { ImageNamePattern($0) }
        let cases = all.filter { plan in
            let name = "\(plan.file): \(plan.title)"
            if !patterns.isEmpty, !patterns.contains(where: { $0.matches(name) }) { return false }
            return tag.isEmpty || plan.tags.contains(where: tag.contains)
        }
        guard let shard else { return (cases, cases.count) }
        let dealt = cases.enumerated().filter { $0.offset % shard.count == shard.number - 1 }.map(\.element)
        return (dealt, cases.count)
    }
}

extension RunReport.Shard {
    /// Parses `I/N`.
    ///
    /// - Throws: an error that says how to write it.
    static func parse(_ text: String) throws(ValidationError) -> Self {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]), count >= 1, number >= 1,
            number <= count, count <= 10_000
        else { throw ValidationError("\(text.quoted()) is not I/N with I from 1 to N") }
        return Self(number: number, count: count)
    }
}
