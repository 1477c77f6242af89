import Bytes

extension FileTime {
    /// 9999-12-31T23:59:59.9999999Z, the last time that RFC 3339 can express.
    public static let latest = FileTime(ticks: 2_650_467_743_999_999_999)

    /// The time in RFC 3339 with seven digits, exact to the tick: `2020-02-21T10:15:30.1234567Z`.
    ///
    /// A time after `latest` has no such form and is written as an unpadded hex FILETIME, which `init(_:)` refuses.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: FileTime.mostRFC3339Bytes) { writeRFC3339(to: $0) }
    }

    /// The length of `rfc3339` in bytes, at most.
    public static let mostRFC3339Bytes = 28

    /// Writes `rfc3339` to the start of `text`, which has room for `mostRFC3339Bytes`; returns the number of bytes.
    public func writeRFC3339(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard self <= .latest else { return text.update(fromContentsOf: ticks.hex().utf8) }
        let (dayNumber, inDay) = ticks.quotientAndRemainder(dividingBy: 86_400 * FileTime.ticksPerSecond)
        let date = CivilDate(daysSince1601: Int(dayNumber))
        let (secondOfDay, fraction) = inDay.quotientAndRemainder(dividingBy: FileTime.ticksPerSecond)
        let second = UInt32(secondOfDay)
        /// Writes two digits and the separator after them.
        func put(_ number: UInt32, at place: Int, then separator: Unicode.Scalar) {
            text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10)
            text[place + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
            text[place + 2] = UInt8(ascii: separator)
        }
        let year = UInt32(date.year)
        put(year / 100, at: 0, then: "0")
        put(year % 100, at: 2, then: "-")
        put(UInt32(date.month), at: 5, then: "-")
        put(UInt32(date.day), at: 8, then: "T")
        put(second / 3600, at: 11, then: ":")
        put(second / 60 % 60, at: 14, then: ":")
        put(second % 60, at: 17, then: ".")
        var rest = UInt32(fraction)
        for place in stride(from: 26, through: 20, by: -1) {
            text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        text[27] = UInt8(ascii: "Z")
        return 28
    }

    /// Reads RFC 3339 in UTC with zero to seven digits of fraction, or a FILETIME as a hex string, `0x1d5e83e692dc4f2`.
    ///
    /// Nil for anything else: an offset other than zero, more digits than a FILETIME holds, a leap second (FILETIMEs
    /// have none), an invalid date, or a time outside 1601 to 9999.
    public init?(_ text: String) {
        var text = text
        let read: FileTime? = text.withUTF8 { bytes in
            var scanner = Scanner(rest: bytes[...])
            return bytes.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "x")])
                ? Scanner.hexadecimal(bytes.dropFirst(2)) : scanner.timestamp()
        }
        guard let read else { return nil }
        self = read
    }

    /// Reads Sysmon's UtcTime: `yyyy-MM-dd HH:mm:ss.fff`, or RFC 3339 with a T. It is UTC even without an offset.
    public init?(utcTime text: UnsafeBufferPointer<UInt8>) {
        var scanner = Scanner(rest: text[...])
        guard let time = scanner.timestamp(isUTC: true) else { return nil }
        self = time
    }

    /// The UTC time of a date, a time of day and `fraction` ticks; nil if one of them is out of range.
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, fraction: Int = 0) {
        guard
            let date = CivilDate(year: year, month: month, day: day), (0..<24).contains(hour),
            (0..<60).contains(minute), (0..<60).contains(second), (0..<10_000_000).contains(fraction)
        else { return nil }
        let seconds = date.daysSince1601 * 86_400 + hour * 3600 + minute * 60 + second
        ticks = UInt64(seconds) * FileTime.ticksPerSecond + UInt64(fraction)
    }
}

/// A day of the Gregorian calendar between 1601 and 9999.
private struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    init?(year: Int, month: Int, day: Int) {
        guard
            (1601...9999).contains(year), (1...12).contains(month),
            (1...CivilDate.length(ofMonth: month, in: year)).contains(day)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Counts from March 1, 1600: so the day that only some years have is the last one of its year, century and cycle of 400
    /// years, and the months before it are in periods of five, which have 153 days each.
    init(daysSince1601: Int) {
        let (cycles, inCycle) = (daysSince1601 + 306).quotientAndRemainder(dividingBy: 146_097)
        // Without the leap days before, each year has 365 days.
        let years = (inCycle - inCycle / 1460 + inCycle / 36_524 - inCycle / 146_096) / 365
        let inYear = inCycle - (365 * years + years / 4 - years / 100)
        let months = (5 * inYear + 2) / 153
        let isNextYear = months >= 10
        year = 1600 + cycles * 400 + years + (isNextYear ? 1 : 0)
        month = months + (isNextYear ? -9 : 3)
        day = inYear - (153 * months + 2) / 5 + 1
    }

    var daysSince1601: Int {
        let years = year - 1601
        let inYear = (1..<month).reduce(0) { $0 + CivilDate.length(ofMonth: $1, in: year) }
        return years * 365 + years / 4 - years / 100 + years / 400 + inYear + day - 1
    }

    private static func length(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Parses a timestamp byte by byte.
private struct Scanner {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    /// If `isUTC`, a space may replace the T, and the offset may be missing.
    mutating func timestamp(isUTC: Bool = false) -> FileTime? {
        guard
            let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
            let day = number(digits: 2), take("T") || take("t") || isUTC && take(" "), let hour = number(digits: 2),
            take(":"),
            let minute = number(digits: 2), take(":"), let second = number(digits: 2), let fraction = fraction(),
            isUTC && rest.isEmpty || utc()
        else { return nil }
        return FileTime(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, fraction: fraction)
    }

    static func hexadecimal(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> FileTime? {
        guard digits.count <= 16, let ticks = UInt64(hexDigits: digits) else { return nil }
        return ticks <= FileTime.latest.ticks ? FileTime(ticks: ticks) : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, byte.isDigit else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }

    private mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The fraction of a second in ticks, 0 without one; nil if it has no digit or more than seven.
    private mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        var (ticks, worth) = (0, 1_000_000)
        guard let first = digit() else { return nil }
        ticks = first * worth
        while let next = digit() {
            worth /= 10
            guard worth > 0 else { return nil }
            ticks += next * worth
        }
        return ticks
    }

    /// `Z` or a zero offset, and nothing after it.
    private mutating func utc() -> Bool {
        if take("Z") || take("z") { return rest.isEmpty }
        guard take("+") || take("-"), number(digits: 2) == 0, take(":"), number(digits: 2) == 0 else { return false }
        return rest.isEmpty
    }
}
