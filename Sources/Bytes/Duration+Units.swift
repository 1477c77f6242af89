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
