/// Delays for people.
public enum DelayText {
    /// A time with its unit and about two digits, rounded down: `360 ms`, `4.9 s`, `20 min 4 s`.
    public static func of(_ microseconds: UInt64) -> String {
        let (milliseconds, seconds) = (microseconds / 1000, microseconds / 1_000_000)
        return switch microseconds {
        case 0: "0 ms"
        case ..<10_000: "\(milliseconds).\(microseconds / 100 % 10) ms"
        case ..<1_000_000: "\(milliseconds) ms"
        case ..<60_000_000: "\(seconds).\(microseconds / 100_000 % 10) s"
        case ..<3_600_000_000: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }
}
