import ArgumentParser
import Bytes
import Console
import Glibc

/// A parameter of a replay and the values that it takes in turn: `latency=1ms..2s`, `queue=16,64,256`.
struct SweepAxis: Hashable, Sendable {
    /// What can be varied.
    enum Parameter: String, CaseIterable, Sendable {
        /// The time that the embedded engine takes to answer, in microseconds.
        case latency
        /// The number of messages that the queue of a host holds.
        case queue
        /// Every which send fails; 0 for none.
        case failEvery = "fail-every"

        /// The allowed values.
        var range: ClosedRange<Int> {
            switch self {
            case .latency: 0...60_000_000
            case .queue, .failEvery: 0...1_000_000
            }
        }

        /// Whether a larger value is harder on the engine.
        var getsHarder: Bool { self == .latency }
    }

    let parameter: Parameter
    /// Ascending, without repetition.
    let values: [Int]
    /// The axis as the option has it.
    let text: String

    /// The largest number of points of all axes together.
    static let mostPoints = 200
    /// The number of values in a range without one.
    static let usualCount = 20

    /// Parses `NAME=VALUES`: a list with commas, or a range `FIRST..LAST`, with `:COUNT` and `:linear` behind it if needed.
    ///
    /// - Throws: an error that says which part is wrong.
    init(_ text: String) throws(ValidationError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let parameter = Parameter(rawValue: parts[0]) else {
            let names = Parameter.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("write NAME=VALUES, such as latency=1ms..2s; NAME is one of \(names)")
        }
        self.text = text
        self.parameter = parameter
        values = try parameter.values(in: parts[1])
    }

    /// An axis with these values.
    init(_ parameter: Parameter, _ values: [Int], text: String = "") {
        (self.parameter, self.values, self.text) = (parameter, values, text)
    }

    /// The values from the easiest one for an engine to the hardest.
    var fromEasiest: [Int] { parameter.fromEasiest(values) }
}

extension SweepAxis.Parameter {
    /// `values` from the easiest one for an engine to the hardest.
    func fromEasiest(_ values: [Int]) -> [Int] {
        values.sorted { getsHarder ? place(of: $0) < place(of: $1) : place(of: $0) > place(of: $1) }
    }

    /// The position of `value` on the axis. An engine of which no send fails comes after the one whose sends fail least often.
    func place(of value: Int) -> Int { self == .failEvery && value == 0 ? range.upperBound + 1 : value }

    /// A value as a person writes it, with three digits of a time: `84 ms`, `1.04 s`, `512`; `none` if no send fails.
    func text(_ value: Int) -> String {
        guard self == .latency else { return self == .failEvery && value == 0 ? "none" : value.grouped }
        return switch value {
        case 0: "0 ms"
        case ..<1000: "\(value) us"
        case ..<1_000_000: "\(threeDigits(value, in: 1000)) ms"
        default: "\(threeDigits(value, in: 1_000_000)) s"
        }
    }

    /// `value` in a larger unit, with as many decimals as are needed for three digits.
    private func threeDigits(_ value: Int, in unit: Int) -> String {
        let whole = value / unit
        let thousandths = value % unit * 1000 / unit
        let decimals = "\(1000 + thousandths)".dropFirst().prefix(whole < 10 ? 2 : whole < 100 ? 1 : 0)
        let kept = decimals.reversed().drop { $0 == "0" }.reversed()
        return kept.isEmpty ? "\(whole)" : "\(whole).\(String(kept))"
    }

    fileprivate func values(in text: String) throws(ValidationError) -> [Int] {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts[0].contains("..") else {
            guard parts.count == 1 else { throw ValidationError("a list has no \":\(parts[1])\"") }
            var values: Set<Int> = []
            for item in text.split(separator: ",", omittingEmptySubsequences: false) { values.insert(try value(item)) }
            return try checked(values)
        }
        let ends = parts[0].split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
        let (first, last) = (try value(ends[0]), try value(ends[1]))
        guard first < last else { throw ValidationError("the range must begin with its smaller value") }
        var (count, isLinear): (Int?, Bool) = (nil, false)
        for part in parts.dropFirst() {
            if part == "linear", !isLinear {
                isLinear = true
            } else if let number = Int(part), (2...SweepAxis.mostPoints).contains(number), count == nil {
                count = number
            } else {
                throw ValidationError(
                    "\"\(part)\": write a number of values, 2 to \(SweepAxis.mostPoints), or linear, or both")
            }
        }
        guard isLinear || first > 0 else {
            throw ValidationError("a logarithmic range cannot begin with 0; write a list, or :linear behind the range")
        }
        return try checked(spread(from: first, to: last, count ?? SweepAxis.usualCount, isLinear: isLinear))
    }

    private func checked(_ values: Set<Int>) throws(ValidationError) -> [Int] {
        guard values.count <= SweepAxis.mostPoints else {
            throw ValidationError("at most \(SweepAxis.mostPoints) values are allowed, not \(values.count)")
        }
        return values.sorted()
    }

    /// `count` values between two of them, which are among them, rounded to three digits.
    func spread(from first: Int, to last: Int, _ count: Int, isLinear: Bool = false) -> Set<Int> {
        var values: Set<Int> = [first, last]
        for index in 1..<max(1, count - 1) {
            let share = Double(index) / Double(count - 1)
            let value =
                isLinear
                ? Double(first) + share * Double(last - first)
                : Double(first) * pow(Double(last) / Double(first), share)
            values.insert(min(max(value.rounded(toDigits: 3), first), last))
        }
        return values
    }

    private func value(_ text: Substring) throws(ValidationError) -> Int {
        guard let value = self == .latency ? microseconds(text) : text.utf8.isDecimal ? Int(text) : nil else {
            let form = self == .latency ? "a time, such as 500us, 20ms or 1.5s" : "a whole number"
            throw ValidationError("\"\(text)\" is not \(form)")
        }
        guard range.contains(value) else {
            throw ValidationError(
                "\"\(text)\" is not in \(self.text(range.lowerBound)) to \(self.text(range.upperBound))")
        }
        return value
    }

    private func microseconds(_ text: Substring) -> Int? {
        if text.hasSuffix("us") { return text.dropLast(2).utf8.isDecimal ? Int(text.dropLast(2)) : nil }
        return Milliseconds(text).flatMap { $0.count.multipliedReportingOverflow(by: 1000) }.flatMap {
            $0.overflow ? nil : $0.partialValue
        }
    }
}

extension Double {
    /// The nearest whole number that has `digits` digits and then zeros.
    fileprivate func rounded(toDigits digits: Int) -> Int {
        let unit = pow(10, max(0, (log10(self)).rounded(.down) + 1 - Double(digits)))
        return Int((self / unit).rounded() * unit)
    }
}
