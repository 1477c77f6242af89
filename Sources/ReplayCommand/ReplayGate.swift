import Bytes
import Replay

/// A gate with its result, and the message if it was not passed.
struct ReplayGate {
    let result: ReplayReport.Gate
    /// By how much it was missed, a phrase.
    let fault: String

    /// A limit of a number, which `describe` describes.
    static func atMost(_ limit: Int, _ name: String, _ value: Int, _ describe: (Int) -> String) -> ReplayGate {
        ReplayGate(
            result: .init(name: name, limit: Double(limit), value: Double(value), passed: value <= limit),
            fault: "\(describe(value)), \(value - limit) more than \(limit)")
    }

    private init(result: ReplayReport.Gate, fault: String) { (self.result, self.fault) = (result, fault) }

    /// `--fail-on-loss=new`.
    init(newlyLost count: Int, isIncomplete: Bool) {
        result = .init(name: "fail-on-loss=new", limit: 0, value: Double(count), passed: count == 0)
        fault =
            "\(count.counted("message")) lost that \(count == 1 ? "was" : "were") not lost before"
            + (isIncomplete ? ", as far as both reports list their losses" : "")
    }

    /// `--max-delay`, in milliseconds.
    init(maxDelay limit: Int, longest: Double) {
        result = .init(name: "max-delay", limit: Double(limit), value: longest, passed: longest <= Double(limit))
        let excess = ((longest - Double(limit)) * 1000).rounded() / 1000
        fault = "the longest delay is \(longest.plain) ms, \(excess.plain) ms more than \(limit) ms"
    }

    /// `--fail-under`, in percent.
    init(failUnder limit: Double, coverage: Double) {
        result = .init(name: "fail-under", limit: limit, value: coverage, passed: coverage >= limit)
        let lack = ((limit - coverage) * 1000).rounded() / 1000
        fault = "the coverage is \(coverage) %, \(lack.plain) % less than \(limit.plain) %"
    }

    /// `--max-delay: the longest delay is 4900 ms, 4400 ms more than 500 ms`.
    var line: String { "--\(result.name): \(fault)" }
}

extension Double {
    /// The number without needless decimals.
    var plain: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
