import Driver
import Messages
import Replay
import TestSupport
import Testing

/// The different shapes in which collectors write the same record.
@Suite(.timeLimit(.minutes(5)))
struct SysmonShapeTests {
    private static let fields =
        #""ProcessGuid":"{1234ABCD-5E02-5E50-0000-0000000003E8}","ProcessId":"1000","Image":"C:\\a.exe","ImageLoaded":"C:\\b.dll","UtcTime":"2020-02-21 10:15:30.123""#
    private static let message =
        #"Image loaded:\r\nRuleName: -\r\nUtcTime: 2020-02-21 10:15:30.123\r\nProcessGuid: {1234ABCD-5E02-5E50-0000-0000000003E8}\r\nProcessId: 1000\r\nImage: C:\\a.exe\r\nImageLoaded: C:\\b.dll"#
    private static let channel = "Microsoft-Windows-Sysmon/Operational"

    @Test(arguments: [
        #"{"EventID":7,"Channel":"\#(channel)","Hostname":"PC1","host":"collector",\#(fields)}"#,
        #"{"EventID":"7","Channel":"MICROSOFT-WINDOWS-SYSMON/operational","Computer":"PC1",\#(fields)}"#,
        #"{"EventID":7,"Channel":"\#(channel)","Hostname":null,"Computer":"PC1",\#(fields)}"#,
        #"{"event_id":7,"log_name":"\#(channel)","computer_name":"PC1","beat":{"hostname":"c"},"event_data":{\#(fields)}}"#,
        #"{"EventID":7,"Channel":"\#(channel)","Computer":"PC1","EventData":"{\#(fields.escaped)}"}"#,
        #"{"EventID":7,"Channel":"\#(channel)","Computer":"PC1","EventData":{\#(fields)}}"#,
        #"{"host":{"name":"c"},"winlog":{"event_id":7,"channel":"\#(channel)","computer_name":"PC1","event_data":{\#(fields)}}}"#,
        #"{"winlog":{"event_id":"7","channel":"\#(channel)","computer_name":"PC1","event_data":{\#(fields)}}}"#,
        #"{"Event":{"System":{"EventID":7,"Channel":"\#(channel)","Computer":"PC1"},"EventData":{\#(fields)}}}"#,
        #"{"Id":7,"LogName":"\#(channel)","MachineName":"PC1","ProcessId":2080,"Message":"\#(message)","Properties":[{"Value":"-"}]}"#,
        ##"{"Event":{"System":{"EventID":{"#text":7},"Channel":"\##(channel)","Computer":"PC1"},"EventData":{\##(fields)}}}"##,
    ])
    func `every shape is read`(line: String) async throws {
        let driver = Driver.make()
        let report = await driver.apply([line], .sysmon())
        #expect(report.faults == [])
        #expect(report.appliedByType == ["imageLoad": 1])
        #expect(report.machines == ["pc1"])
        #expect(driver.process(1000)?.identity.creationTime == FileTime("2020-02-21T22:47:30Z"))
        #expect(driver.process(1000)?.imageFileName == #"C:\a.exe"#)
    }

    @Test(arguments: [
        #"{"EventID":1,"Channel":"Security","Hostname":"PC1"}"#,
        #"{"winlog":{"channel":"Security","event_id":1,"event_data":{"Channel":"\#(channel)"}}}"#,
        "<Event><System><Channel>Security</Channel><EventID>1</EventID></System></Event>",
    ])
    func `records of other channels are skipped and counted by channel`(line: String) async {
        let report = await Driver.make().apply([line], .sysmon())
        #expect(report.skipped == ["other-channel": 1])
        #expect(report.otherChannels == ["Security": 1])
        #expect(report.machines == [])
    }

    @Test(arguments: [
        #"{"EventID":1,"Hostname":"PC1"}"#, "{}", #"{"EventID":7,"Channel":null,"Hostname":"PC1"}"#, #"{"winlog":{}}"#,
        #"{"Event":{"System":{}}}"#, #"{"event_data":{},"event_id":7}"#,
        #"{"event_id":7,"event_data":{"Channel":"\#(channel)"}}"#,
    ])
    func `objects that are not records of an event log are skipped as such`(line: String) async {
        let report = await Driver.make().apply([line], .sysmon())
        #expect(report.skipped == ["unknown-shape": 1])
        #expect(report.machines == [])
    }

    @Test(arguments: ["3", "255", "0", "\"x\"", "-1", "7.5", "99999999999999999999", "{}", "[7]"])
    func `unknown event ids are skipped`(id: String) async {
        let line = #"{"EventID":\#(id),"Channel":"\#(Self.channel)","Hostname":"PC1"}"#
        #expect(await Driver.make().apply([line], .sysmon()).skipped == ["unmapped-event": 1])
    }

    @Test(arguments: [
        ("2020-02-21 10:15:30.123", "2020-02-21T10:15:30.123Z"), ("2020-02-21 10:15:30", "2020-02-21T10:15:30Z"),
        ("2020-02-21T10:15:30.1234567Z", "2020-02-21T10:15:30.1234567Z"),
        ("2020-02-21T10:15:30.123", "2020-02-21T10:15:30.123Z"),
    ])
    func `the time is UtcTime`(written: String, time: String) async throws {
        let times = Received<FileTime>()
        let feed = EventFeed(driver: .make(), options: .sysmon(), onEventTime: times.take)
        let line = SysmonLine.record(
            6, ["ImageLoaded": "x", "UtcTime": written, "@timestamp": "2021-01-01T00:00:00Z", "TimeCreated": "z"])
        _ = await feed.upload(Array(line.utf8))
        #expect(times.values == [try #require(FileTime(time))])
    }

    @Test(arguments: [
        ("2020-08-25 10:00:00.123456789", "2020-08-25T10:00:00.1234567Z"),
        ("2020-08-25 10:00:00.1 UTC", "2020-08-25T10:00:00.1Z"), ("2020-08-25 10:00:00Z", "2020-08-25T10:00:00Z"),
        ("2020-08-25T12:00:00.101+02:00", "2020-08-25T10:00:00.101Z"),
        ("2020-08-25 10:00:00 +0000", "2020-08-25T10:00:00Z"), ("2020-08-25 04:30:00 -05:30", "2020-08-25T10:00:00Z"),
        ("2020-08-25 10:00:00,101", "2020-08-25T10:00:00.101Z"), ("2020/08/25 10:00", "2020-08-25T10:00:00Z"),
        ("1598349600", "2020-08-25T10:00:00Z"), ("1598349600.101", "2020-08-25T10:00:00.101Z"),
        ("1598349600101", "2020-08-25T10:00:00.101Z"), ("1598349600101000", "2020-08-25T10:00:00.101Z"),
        ("1598349600101000000", "2020-08-25T10:00:00.101Z"), ("/Date(1598349600101)/", "2020-08-25T10:00:00.101Z"),
        ("8/25/2020 10:00:00 AM", "2020-08-25T10:00:00Z"), ("08/25/2020 12:30:00 PM", "2020-08-25T12:30:00Z"),
        ("8/25/2020 12:00:01 am", "2020-08-25T00:00:01Z"),
    ])
    func `a time is read in any notation`(written: String, time: String) async throws {
        for value in [#""\#(written)""#, written.contains { !"0123456789.".contains($0) } ? nil : written].compactMap(
            \.self)
        {
            let times = Received<FileTime>()
            let feed = EventFeed(driver: .make(), options: .sysmon(), onEventTime: times.take)
            let line = SysmonLine.record(6, ["ImageLoaded": "x", "UtcTime": "T"]).replacing(#""T""#, with: value)
            let report = await feed.upload(Array(line.utf8))
            #expect(times.values == [try #require(FileTime(time))])
            #expect((report.timesUnread, report.timesFromShipper) == (0, 0))
        }
    }

    @Test(arguments: [
        (#""@timestamp":"2020-08-25T10:00:00.101Z""#, 1), (#""TimeCreated":"/Date(1598349600101)/""#, 1),
        (#""TimeCreated":{"SystemTime":"2020-08-25T10:00:00.1010000Z"}"#, 1), (#""time":"2020-08-25T10:00:00Z""#, 0),
    ])
    func `a record without a UtcTime has the time of the program that sent it on`(member: String, count: Int)
        async throws
    {
        let times = Received<FileTime>()
        let feed = EventFeed(driver: .make(), options: .sysmon(), onEventTime: times.take)
        let line = SysmonLine.record(6, ["ImageLoaded": "x", "A": "B"]).replacing(#""A":"B""#, with: member)
        let report = await feed.upload(Array(line.utf8))
        #expect((report.timesUnread, report.timesFromShipper) == (1 - count, count))
        #expect(times.values == (count == 1 ? [try #require(FileTime("2020-08-25T10:00:00.101Z"))] : []))
    }

    @Test(arguments: [
        "-", "", "yesterday", "2020-02-30 10:15:30.123", "2020-02-21 10:15:30.123 +02:0", "é2020-02-21 10:15:3",
        "25/08/2020 10:00:00", "10:15:30", "2020-02-21", "8/25/2020 13:00:00 AM", "12", "/Date(x)/",
    ])
    func `an invalid time does not move the clock`(written: String) async {
        let times = Received<FileTime>()
        let feed = EventFeed(driver: .make(), options: .sysmon(), onEventTime: times.take)
        let report = await feed.upload(Array(SysmonLine.record(6, ["ImageLoaded": "x", "UtcTime": written]).utf8))
        #expect(report.applied == 1)
        #expect(times.values == [])
    }

    @Test func `blank lines and CRLF are not counted as lines, but line numbers include them`() async {
        let report = await Driver.make().apply(
            ["\r", SysmonLine.record(6, ["ImageLoaded": "x"]) + "\r", "", " \t", "no JSON\r", ""], .sysmon())
        #expect(report.lines == 2)
        #expect(report.applied == 1)
        #expect(report.rejected.map(\.line) == [5])
    }
}

extension String {
    /// The text escaped for a JSON string.
    fileprivate var escaped: String {
        replacing(#"\"#, with: #"\\"#).replacing(#"""#, with: #"\""#)
    }
}
