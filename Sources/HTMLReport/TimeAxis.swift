import Messages

/// The marks of an axis of time: at round times, with as many digits as tell neighbors apart.
struct TimeAxis {
    /// A mark.
    struct Mark: Equatable {
        let time: FileTime
        let label: String
    }

    let marks: [Mark]

    /// The distances between marks, in milliseconds.
    private static let steps: [UInt64] =
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000]
        + [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map { $0 * 60_000 }
        + [1, 2, 5, 10, 20, 50, 100, 200, 365, 730, 1825, 3650, 36_500, 365_000].map { $0 * day }
    private static let day: UInt64 = 86_400_000
    private static let ticks: UInt64 = 10_000

    /// At most `most` marks and one from `start` to `end`.
    init(from start: FileTime, to end: FileTime, most: Int = 8) {
        let (first, last) = (start.ticks / Self.ticks, end.ticks / Self.ticks)
        let step = Self.steps.first { (last - first) / $0 <= UInt64(most) } ?? Self.day * 3_650_000
        let times = stride(from: (first + step - 1) / step * step, through: last, by: Int(step))
        let hasSeveralDays = first / Self.day != last / Self.day
        marks = times.map { milliseconds in
            let time = FileTime(ticks: milliseconds * Self.ticks)
            return Mark(time: time, label: Self.label(time.rfc3339, step: step, hasSeveralDays))
        }
    }

    /// `10:15:30.12` of `2020-02-21T10:15:30.1234567Z`, as exact as the step.
    private static func label(_ time: String, step: UInt64, _ hasSeveralDays: Bool) -> String {
        let clock = time.dropFirst(11)
        return switch step {
        case day...: String(time.prefix(10))
        case 60_000... where hasSeveralDays: "\(time.dropFirst(5).prefix(5)) \(clock.prefix(5))"
        case 60_000...: String(clock.prefix(5))
        case 1000...: String(clock.prefix(8))
        case 100...: String(clock.prefix(10))
        case 10...: String(clock.prefix(11))
        default: String(clock.prefix(12))
        }
    }
}
