import Bytes
import JSON

extension JSONValue {
    /// A duration with its unit, at most a day: `20ms`, `1.5s`, `2m`.
    ///
    /// - Parameter least: What it must be: a limit of 0 would leave no time at all.
    func duration(_ least: DurationText.Least = .zero) -> Duration? {
        let text = DurationText(self.text ?? characters ?? "")
        if let detail = text.fault(least, shown: quoted) {
            fault(detail)
            return nil
        }
        return text.milliseconds.map { .milliseconds($0) }
    }
}

/// A duration as a scenario writes it, cut into its parts.
struct DurationText {
    /// The least duration.
    enum Least {
        case zero, moreThanZero
    }

    private let isNegative: Bool
    /// Digits and points.
    private let number: Substring
    private let hasSpace: Bool
    private let unit: Substring

    private static let most = 1440 * 60_000
    private static let mostCharacters = 64

    init(_ text: String) {
        isNegative = text.hasPrefix("-")
        let rest = text.utf8.count > Self.mostCharacters ? "" : text.dropFirst(isNegative ? 1 : 0)
        number = rest.prefix { "0123456789.".contains($0) }
        let behind = rest.dropFirst(number.count)
        unit = behind.drop { $0 == " " }
        hasSpace = unit.count < behind.count
    }

    private var isWhole: Bool { number.utf8.isDecimal }

    /// The number of milliseconds; nil without a known unit, and for more than fit.
    var milliseconds: Int? {
        switch unit {
        case "ms", "s": Milliseconds(String(number + unit))?.count
        case "m": Int(number).flatMap { $0 <= Self.most ? $0 * 60_000 : nil }
        default: nil
        }
    }

    /// The fault of the duration, whose value messages show as `shown`; nil if it has none.
    func fault(_ least: Least, shown: String) -> String? {
        let hasDecimals = !isWhole && Milliseconds(number + "s") != nil
        guard isWhole || number.contains("."), unit.allSatisfy(\.isLetter), hasDecimals || !unit.isEmpty || isWhole
        else {
            return "must be a duration with its unit, such as 20ms, 5s or 2m, not \(shown)"
        }
        if isNegative { return "must be \(least == .zero ? "at least" : "more than") 0s, not \(shown)" }
        if unit.isEmpty {
            return "has no unit; write " + (isWhole ? "\(number)ms, \(number)s or \(number)m" : "\(number)s")
        }
        if !["ms", "s", "m"].contains(unit) { return "unknown unit \(unit.quoted()) in \(shown); use ms, s or m" }
        if !(isWhole || hasDecimals && unit == "s") { return "only seconds have decimals, at most three, not \(shown)" }
        if hasSpace { return "must have no space before its unit, not \(shown); write \(number)\(unit)" }
        guard let milliseconds, milliseconds <= Self.most else { return "must be at most 1440m, a day, not \(shown)" }
        return least == .moreThanZero && milliseconds == 0 ? "must be more than 0s, not \(shown)" : nil
    }
}
