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
        #"{"EventID":1,"Channel":"Security","Hostname":"PC1"}"#, #"{"EventID":1,"Hostname":"PC1"}"#, "{}",
        #"{"EventID":7,"Channel":null,"Hostname":"PC1"}"#, #"{"winlog":{}}"#, #"{"Event":{"System":{}}}"#,
        #"{"event_data":{},"event_id":7}"#,
    ])
    func `records of other channels, or without a channel, are skipped`(line: String) async {
        let report = await Driver.make().apply([line], .sysmon())
        #expect(report.skipped == ["other-channel": 1])
        #expect(report.machines == [])
    }

    @Test(arguments: ["3", "255", "0", "null", "\"x\"", "-1", "7.5", "99999999999999999999", "{}", "[7]"])
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
        "-", "", "yesterday", "2020-02-30 10:15:30.123", "2020-02-21 10:15:30.123 +02:00", "é2020-02-21 10:15:3",
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
