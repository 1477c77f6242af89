import Bytes
import JSON
import Messages

extension FileTime {
    /// The time in a record, in any notation that programs use; nil if the notation is unknown. Without an offset it is UTC.
    init?(recorded value: RecordValue) {
        if let object = value.object {
            for name in ["SystemTime", "@SystemTime", "#text", "value", "DateTime"] as [StaticString] {
                if let time = object[name].flatMap(FileTime.init(recorded:)) {
                    self = time
                    return
                }
            }
            guard let time = object["#attributes"].flatMap(FileTime.init(recorded:)) else { return nil }
            self = time
            return
        }
        guard let time = value.withUTF8(FileTime.init(recorded:)).flatMap(\.self) else { return nil }
        self = time
    }

    /// The time in a text: `2020-08-25 10:00:00.101`, with any number of digits, `Z`, ` UTC` or an offset behind it; seconds,
    /// milliseconds, microseconds or nanoseconds since 1970; `/Date(1598349600101)/`; `8/25/2020 10:00:00 AM`.
    init?(recorded text: UnsafeBufferPointer<UInt8>) {
        // Sysmon's own notation, in most records.
        if let time = FileTime(utcTime: text) {
            self = time
            return
        }
        var scanner = TimeScanner(rest: text[...])
        guard let time = scanner.scan() else { return nil }
        self = time
    }
}

/// Reads times byte by byte.
private struct TimeScanner {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    mutating func scan() -> FileTime? {
        skipBlanks()
        while rest.last?.isSpaceOrTab == true { rest.removeLast() }
        if take("/Date(") { return sinceEpoch(isDate: true) }
        if rest.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }), rest.count > 4 {
            return sinceEpoch(isDate: false)
        }
        return calendar()
    }

    // MARK: Since 1970

    /// Seconds since 1970, or a finer unit if the number is too large for seconds.
    private mutating func sinceEpoch(isDate: Bool) -> FileTime? {
        guard let whole = number(upTo: 19) else { return nil }
        let fraction = take(".") ? fraction() : 0
        guard let fraction, isDate || rest.isEmpty else { return nil }
        let ticksPerUnit: Double =
            switch whole {
            case _ where isDate, 100_000_000_000..<100_000_000_000_000: 1e4
            case 100_000_000_000_000..<100_000_000_000_000_000: 10
            case 100_000_000_000_000_000...: 0.01
            default: 1e7
            }
        // The epoch of a FILETIME is 1601.
        let ticks = 116_444_736_000_000_000 + Double(fraction) * ticksPerUnit / 1e7
        let units = ticksPerUnit < 1 ? whole / 100 : whole
        let (product, overflow) = units.multipliedReportingOverflow(by: UInt64(max(1, ticksPerUnit)))
        let (sum, isTooLate) = product.addingReportingOverflow(UInt64(ticks))
        return overflow || isTooLate || sum > FileTime.latest.ticks ? nil : FileTime(ticks: sum)
    }

    // MARK: Dates

    private mutating func calendar() -> FileTime? {
        guard let first = number(upTo: 4), let separator = takeOne(of: "-/."), let second = number(upTo: 2),
            takeOne(of: "-/.") == separator, let third = number(upTo: 4)
        else { return nil }
        let isAmerican = separator == UInt8(ascii: "/") && first <= 12
        let (year, month, day) = isAmerican ? (third, first, second) : (first, second, third)
        guard takeOne(of: "Tt ") != nil else { return nil }
        skipBlanks()
        guard var hour = number(upTo: 2), take(":"), let minute = number(upTo: 2) else { return nil }
        var (seconds, ticks): (UInt64, Int) = (0, 0)
        if take(":") {
            guard let number = number(upTo: 2) else { return nil }
            seconds = number
            if takeOne(of: ".,") != nil {
                guard let fraction = fraction() else { return nil }
                ticks = fraction
            }
        }
        skipBlanks()
        if let half = takeOne(of: "AaPp") {
            guard takeOne(of: "Mm") != nil, (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (half | 0x20 == UInt8(ascii: "p") ? 12 : 0)
            skipBlanks()
        }
        guard let offset = offset(),
            let time = FileTime(
                year: Int(year), month: Int(month), day: Int(day), hour: Int(hour), minute: Int(minute),
                second: Int(seconds), fraction: ticks)
        else { return nil }
        let shifted = Int64(bitPattern: time.ticks) - offset * 60 * Int64(FileTime.ticksPerSecond)
        return shifted >= 0 ? FileTime(ticks: UInt64(shifted)) : nil
    }

    /// The offset from UTC in minutes at the end of the text, 0 without one; nil if something else follows.
    private mutating func offset() -> Int64? {
        if rest.isEmpty || take("Z") || take("z") || take("UTC") || take("GMT") { return rest.isEmpty ? 0 : nil }
        guard let sign = takeOne(of: "+-"), let hours = number(digits: 2) else { return nil }
        _ = take(":")
        let minutes = rest.isEmpty ? 0 : number(digits: 2)
        guard let minutes, rest.isEmpty, hours < 24, minutes < 60 else { return nil }
        let offset = Int64(hours * 60 + minutes)
        return sign == UInt8(ascii: "-") ? -offset : offset
    }

    // MARK: Pieces

    private mutating func skipBlanks() { rest = rest.drop(while: \.isSpaceOrTab) }

    private mutating func take(_ text: StaticString) -> Bool {
        let text = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard rest.starts(with: text) else { return false }
        rest = rest.dropFirst(text.count)
        return true
    }

    private mutating func takeOne(of characters: StaticString) -> UInt8? {
        let characters = UnsafeBufferPointer(start: characters.utf8Start, count: characters.utf8CodeUnitCount)
        guard let byte = rest.first, characters.contains(byte) else { return nil }
        rest.removeFirst()
        return byte
    }

    /// One to `digits` digits.
    private mutating func number(upTo digits: Int) -> UInt64? {
        let found = rest.prefix { $0.isDigit }
        guard (1...digits).contains(found.count) else { return nil }
        rest = rest.dropFirst(found.count)
        return found.reduce(0) { $0 * 10 + UInt64($1 & 0xF) }
    }

    private mutating func number(digits: Int) -> UInt64? {
        guard rest.prefix(digits).count == digits, rest.prefix(digits).allSatisfy(\.isDigit) else { return nil }
        defer { rest = rest.dropFirst(digits) }
        return rest.prefix(digits).reduce(0) { $0 * 10 + UInt64($1 & 0xF) }
    }

    /// The digits of a fraction of a second, in ticks; those beyond the seventh are dropped.
    private mutating func fraction() -> Int? {
        let digits = rest.prefix { $0.isDigit }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        var (ticks, worth) = (0, 1_000_000)
        for digit in digits.prefix(7) {
            ticks += Int(digit & 0xF) * worth
            worth /= 10
        }
        return ticks
    }
}
