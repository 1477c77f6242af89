extension Duration {
    /// A hundred years of 365 days: effectively never for a timeout, and far below the largest number of nanoseconds in
    /// 63 bits.
    public static let century = Duration.seconds(100 * 365 * 86_400)

    /// Whole nanoseconds: 0 for a negative duration; at most those of a century.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = saturated.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Whole milliseconds: 0 for a negative duration; at most those of a century.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = saturated.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    private var saturated: Duration { min(max(self, .zero), .century) }
}

/// A number of milliseconds as people write it: `1200ms`, `1.2s`.
public struct Milliseconds: Hashable, Sendable {
    /// The number, at least 0.
    public let count: Int

    /// Parses digits with `ms`, or digits with at most three decimals and `s`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let isSeconds = !text.hasSuffix("ms")
        guard text.hasSuffix("s") else { return nil }
        let parts = text.dropLast(isSeconds ? 1 : 2).split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.utf8.isDecimal, whole.utf8.count <= 12 else { return nil }
        var digits = String(whole)
        if isSeconds {
            let decimals = parts.count == 2 ? String(parts[1]) : "0"
            guard decimals.utf8.isDecimal, decimals.utf8.count <= 3 else { return nil }
            digits += decimals + String(repeating: "0", count: 3 - decimals.utf8.count)
        } else if parts.count != 1 {
            return nil
        }
        guard let count = Int(digits) else { return nil }
        self.count = count
    }
}
