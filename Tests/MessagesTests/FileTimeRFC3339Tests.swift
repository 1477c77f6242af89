import Messages
import Testing

struct FileTimeRFC3339Tests {
    @Test(arguments: [
        (UInt64(0), "1601-01-01T00:00:00.0000000Z"),
        (1, "1601-01-01T00:00:00.0000001Z"),
        (116_444_736_000_000_000, "1970-01-01T00:00:00.0000000Z"),
        (132_267_537_301_234_567, "2020-02-21T10:15:30.1234567Z"),
        (132_253_837_247_669_924, "2020-02-05T13:42:04.7669924Z"),
        (125_911_583_999_999_999, "1999-12-31T23:59:59.9999999Z"),
        (2_650_467_743_999_999_999, "9999-12-31T23:59:59.9999999Z"),
    ])
    func `a time is written with seven digits and restored to the tick`(ticks: UInt64, text: String) {
        #expect(FileTime(ticks: ticks).rfc3339 == text)
        #expect(FileTime(text) == FileTime(ticks: ticks))
    }

    @Test func `every day of a century, and those around each February and New Year to 9999, are restored`() {
        let day = 86_400 * FileTime.ticksPerSecond
        var (year, month, dayOfMonth) = (1601, 1, 1)
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var wrong: [String] = []
        for number in 0...(FileTime.latest.ticks / day) {
            let time = FileTime(ticks: number * day)
            if year <= 1701 || [101, 228, 229, 301, 1231].contains(month * 100 + dayOfMonth) {
                let expected = FileTime(year: year, month: month, day: dayOfMonth, hour: 0, minute: 0, second: 0)
                if time != expected || FileTime(time.rfc3339) != time { wrong.append(time.rfc3339) }
            }
            let leap = month == 2 && (year % 400 == 0 || year % 4 == 0 && year % 100 != 0)
            dayOfMonth += 1
            if dayOfMonth > lengths[month - 1] + (leap ? 1 : 0) { (month, dayOfMonth) = (month + 1, 1) }
            if month == 13 { (year, month) = (year + 1, 1) }
        }
        #expect(wrong.isEmpty)
        #expect(year == 10_000)
    }

    @Test(arguments: [
        ("2020-02-21T10:15:30Z", "2020-02-21T10:15:30.0000000Z"),
        ("2020-02-21T10:15:30.5Z", "2020-02-21T10:15:30.5000000Z"),
        ("2020-02-21T10:15:30.000001Z", "2020-02-21T10:15:30.0000010Z"),
        ("2020-02-21t10:15:30.12z", "2020-02-21T10:15:30.1200000Z"),
        ("2020-02-21T10:15:30+00:00", "2020-02-21T10:15:30.0000000Z"),
        ("2020-02-21T10:15:30.1-00:00", "2020-02-21T10:15:30.1000000Z"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00.0000000Z"),
        ("0x1d5e83e692dc4f2", "2020-02-20T22:38:02.7521266Z"),
        ("0x01D5E83E692DC4F2", "2020-02-20T22:38:02.7521266Z"),
        ("0x0", "1601-01-01T00:00:00.0000000Z"),
        ("0x24c85a5ed1c04000", ""),
    ])
    func `fewer digits, a zero offset and a hex FILETIME are accepted`(text: String, written: String) {
        #expect(FileTime(text)?.rfc3339 ?? "" == written)
    }

    @Test(arguments: [
        "", "Z", "0x", "0x1g", "0xffffffffffffffff", "0x00000000000000001", "0X1", "1d5e83e692dc4f2", "-0x1",
        "2020-02-21", "2020-02-21T10:15:30", "2020-02-21 10:15:30Z", "2020-02-21T10:15:30.Z",
        "2020-02-21T10:15:30.12345678Z", "2020-02-21T10:15:30.00000000Z", "2020-02-21T10:15:30,1Z",
        "2020-02-21T10:15:30+01:00", "2020-02-21T10:15:30+0000", "2020-02-21T10:15:30Z ", " 2020-02-21T10:15:30Z",
        "2020-02-21T10:15:30Z\0", "2020-02-21T24:00:00Z", "2020-02-21T10:60:00Z", "2020-02-21T23:59:60Z",
        "2019-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2020-04-31T00:00:00Z", "2020-13-01T00:00:00Z",
        "2020-00-01T00:00:00Z", "2020-01-00T00:00:00Z", "1600-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z", "+2020-02-21T10:15:30Z", "2020-2-21T10:15:30Z", "２０２０-02-21T10:15:30Z",
    ])
    func `anything else is refused`(text: String) {
        #expect(FileTime(text) == nil)
    }

    @Test func `a time after 9999 is written as hex`() {
        #expect(FileTime(ticks: FileTime.latest.ticks + 1).rfc3339 == "0x24c85a5ed1c04000")
        #expect(FileTime(ticks: .max).rfc3339 == "0xffffffffffffffff")
    }

    @Test(arguments: [-1, 24, Int.max, Int.min])
    func `an hour out of range is refused`(hour: Int) {
        #expect(FileTime(year: 2020, month: 1, day: 1, hour: hour, minute: 0, second: 0) == nil)
    }
}
