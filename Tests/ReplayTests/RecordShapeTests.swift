import Driver
import Messages
import Replay
import TestSupport
import Testing

/// Records are read by what they mean, whoever wrote them.
@Suite(.timeLimit(.minutes(5)))
struct RecordShapeTests {
    @Test(arguments: RecordShape.all, [1, 7, 1 << 20])
    func `every program's records are read`(shape: RecordShape, chunk: Int) async throws {
        let driver = Driver.make()
        var options = EventFeed.Options.sysmon()
        options.maxLineBytes = 1 << 16
        let feed = EventFeed(driver: driver, options: options, onEventTime: { _ in })
        let report = await feed.upload(Array(shape.write(LoggedEvent.story).utf8), chunk: chunk)
        #expect(report.faults == [])
        #expect(
            report.appliedByType == [
                "processCreate": 1, "imageLoad": 1, "driverLoad": 1, "threadCreate": 1, "processExit": 1,
            ])
        #expect((report.lines, report.skipped) == (5, [:]))
        #expect(report.machines == ["ws07.lab.example"])
        #expect((report.timesUnread, report.timesFromShipper) == (0, shape.hasOnlyShipperTime ? 5 : 0))
        #expect(report.repaired == 0)
    }

    @Test(arguments: RecordShape.all)
    func `the fields are the same in every shape`(shape: RecordShape) async throws {
        let driver = Driver.make()
        let times = Received<FileTime>()
        let feed = EventFeed(driver: driver, options: .sysmon(), onEventTime: times.take)
        _ = await feed.upload(Array(shape.write(Array(LoggedEvent.story.dropLast())).utf8))
        let process = try #require(driver.process(4321))
        #expect(process.imageFileName == #"C:\Windows\System32\cmd.exe"#)
        #expect(process.processCmdLine == #"cmd.exe /c "echo <a> & b""#)
        #expect(process.identity.creationTime == FileTime("2020-08-25T10:00:00Z"))
        #expect(process.parent.processId == 1200)
        #expect((process.sessionId, process.token.integrityLevel) == (2, 0x3000))
        #expect(driver.process(5678)?.imageFileName == #"C:\Windows\notepad.exe"#)
        #expect(driver.loadedDrivers.map(\.fullImageName) == [#"C:\Windows\System32\drivers\x.sys"#])
        #expect(times.values.first == FileTime("2020-08-25T10:00:00.101Z"))
    }

    @Test
    func `all shapes in one upload are read`() async {
        let text = RecordShape.all.map { $0.write(LoggedEvent.story) }.joined(separator: "\n")
        let report = await EventFeed(driver: .make(), options: .sysmon(), onEventTime: { _ in }).upload(
            Array(text.utf8), chunk: 100)
        #expect(report.faults == [])
        #expect(report.lines == 5 * RecordShape.all.count)
    }

    @Test(arguments: [
        #"{"winlog":{"channel":"System","event_id":1,"event_data":{"ProviderName":"Microsoft-Windows-Sysmon"}}}"#,
        #"{"EventID":1,"Channel":"Application","SourceName":"App","Channel2":"Microsoft-Windows-Sysmon/Operational"}"#,
        #"{"Event":{"EventData":{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1},"System":{"Channel":"System","EventID":1}}}"#,
        "<Event><System><Channel>System</Channel><EventID>1</EventID></System><EventData><Data Name='Channel'>Microsoft-Windows-Sysmon/Operational</Data></EventData></Event>",
    ])
    func `what an attacker can name in the fields of another log makes no event`(line: String) async {
        let report = await Driver.make().apply([line], .sysmon())
        #expect(report.skipped == ["other-channel": 1])
    }

    @Test(arguments: [
        "<Event><System>", "<Event><System></Event>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<Event>&b;</Event>",
        "<Event/>",
        "<Event><System><Channel>&#xZ;</Channel></System></Event>",
        #"{"_raw":"<!DOCTYPE a [<!ENTITY b 'ccc'>]><Event><System><Channel>&b;</Channel></System></Event>"}"#,
        #"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"Channel":"Microsoft-Windows-Sysmon/Operational"}}}}}}}}}"#,
        #"{"_raw":"{\"_raw\":\"{\\\"_raw\\\":\\\"{}\\\"}\"}"}"#,
    ])
    func `what is no record is no event, whatever it looks like`(line: String) async {
        let report = await Driver.make().apply([SysmonLine.record(6, ["ImageLoaded": "x"]), line], .sysmon())
        #expect((report.lines, report.applied) == (2, 1))
    }

    @Test(arguments: [
        ("cmd /c a\tb", "cmd /c a\tb"), ("a\u{1}b", "a\u{1}b"), (#"a\u0000b"#, "a"), (#"a\ud800b"#, "a\u{FFFD}b"),
        (#"C:\Users"#, #"C:\Users"#), ("a\nb", "a\nb"), ("a\r\nb", "a\r\nb"),
    ])
    func `a character that cannot stand in a text costs the character`(written: String, text: String) async throws {
        let driver = Driver.make()
        let line = SysmonLine.create(RecordedProcess(processId: 1000, second: 5)).replacing("a -b", with: written)
        let report = await driver.apply([line, SysmonLine.record(6, ["ImageLoaded": "x"])], .sysmon())
        #expect(report.faults == [])
        #expect((report.applied, report.repaired) == (2, 1))
        #expect(driver.process(1000)?.processCmdLine.text == text)
    }

    @Test(arguments: RecordShape.all)
    func `half a surrogate pair stays, whoever wrote the record`(shape: RecordShape) async throws {
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine)
        // Where a quote has backslashes, the text is JSON within JSON as many times.
        let text = shape.write(Array(LoggedEvent.story.prefix(1)))
            .replacing("echo &lt;", with: "echo&#xD800;&lt;")
            .replacing(#/(\\+)"echo </#) { quote in
                "\(quote.1)\"echo" + String(repeating: "\\", count: (quote.1.count + 1) / 2) + "ud800<"
            }
        let report = await EventFeed(driver: driver, options: .sysmon(), onEventTime: { _ in }).upload(Array(text.utf8))
        #expect(report.faults == [])
        #expect((report.applied, report.repaired) == (1, 1))
        let context = try #require(driver.process(4321))
        let units = Array(#"cmd.exe /c "echo"#.utf16) + [0xD800] + Array(#"<a> & b""#.utf16)
        #expect(context.processCmdLine.units == units)
        #expect(context.processCmdLine.text == "cmd.exe /c \"echo\u{FFFD}<a> & b\"")
        #expect(engine.messages.first?.bytes.firstRange(of: [0x6F, 0, 0x00, 0xD8, 0x3C, 0]) != nil)
    }

    @Test(arguments: [#"{\"p\":\"C:\\Users\"}"#, "<Event><System><Computer>a & b</Computer></System></Event>"])
    func `what is repaired in a string without a record does not count`(text: String) async {
        let header = #""log_name":"Microsoft-Windows-Sysmon/Operational","event_id":6,"computer_name":"a""#
        let line = #"{"a":"\#(text)","b":{\#(header),"event_data":{"ImageLoaded":"x.sys"}}}"#
        let driver = Driver.make()
        let report = await driver.apply([line], .sysmon())
        #expect(report.faults == [])
        #expect((report.applied, report.repaired) == (1, 0))
    }

    @Test
    func `a machine with half a surrogate pair in its name shows U+FFFD`() async {
        let report = await Driver.make().apply(
            [SysmonLine.record(6, ["ImageLoaded": "x"], host: #"a\udfffb\ufdd0"#)], .sysmon())
        #expect((report.applied, report.repaired) == (1, 1))
        #expect(report.machines.map { $0.unicodeScalars.map(\.value) } == [[0x61, 0xFFFD, 0x62, 0xFDD0]])
    }

    @Test
    func `a text that looks like an escape is one only where it was written as such`() async throws {
        let driver = Driver.make()
        let looks = String(decoding: [0xFDD0, 0xDBF6, 0xDC00] as [UInt16], as: UTF16.self)
        let line = SysmonLine.create(RecordedProcess(processId: 1000, second: 5))
        let other = SysmonLine.create(RecordedProcess(processId: 1004, second: 5))
        let lines = [
            line.replacing("a -b", with: looks), other.replacing("a -b", with: looks + #"\ud800"#),
        ]
        let report = await driver.apply(lines, .sysmon())
        #expect((report.applied, report.repaired) == (2, 1))
        #expect(driver.process(1000)?.processCmdLine.units == Array(looks.utf16))
        #expect(driver.process(1004)?.processCmdLine.units == Array(looks.utf16) + [0xD800])
    }

    @Test
    func `bytes that are not UTF-8 become U+FFFD`() async throws {
        let driver = Driver.make()
        let line = Array(SysmonLine.create(RecordedProcess(processId: 1000, second: 5)).utf8)
        let bytes = Array(
            line.split(separator: UInt8(ascii: "-"), maxSplits: 100).joined(separator: [UInt8(ascii: "-")]))
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: " ")))
        let feed = EventFeed(driver: driver, options: .sysmon(), onEventTime: { _ in })
        let report = await feed.upload(Array(bytes[...place]) + [0xE9] + bytes[(place + 1)...])
        #expect((report.applied, report.repaired) == (1, 1))
        #expect(driver.process(1000)?.processCmdLine.text.contains("\u{FFFD}") == true)
    }
}
