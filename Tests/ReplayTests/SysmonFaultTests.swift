import Driver
import Messages
import Replay
import TestSupport
import Testing

/// Records with false or missing fields: they are rejected with a reason, and nothing traps.
@Suite(.timeLimit(.minutes(5)))
struct SysmonFaultTests {
    private static let process = RecordedProcess(processId: 1000, second: 1_582_280_130)
    private static let load = SysmonLine.load(process)
    private static let thread = SysmonLine.thread(
        from: process, in: RecordedProcess(processId: 1004, second: 1_582_280_130), ["StartAddress": "0x1"])
    private static let create = SysmonLine.create(process)

    @Test(arguments: [
        (load.replacing(#""1000""#, with: #""4294967296""#), "ProcessId must be a number from 0 to 4294967295"),
        (
            load.replacing(#""1000""#, with: #""99999999999999999999""#),
            "ProcessId must be a number from 0 to 4294967295"
        ),
        (load.replacing(#""1000""#, with: "-4"), "ProcessId must be a number from 0 to 4294967295"),
        (load.replacing(#""1000""#, with: "4.5"), "ProcessId must be a number from 0 to 4294967295"),
        (load.replacing(#""1000""#, with: "[1000]"), "ProcessId must be a number from 0 to 4294967295"),
        (load.replacing(#""1000""#, with: #""0""#), "ProcessId is 0, which is not the id of a process"),
        (load.replacing(#""1000""#, with: "0"), "ProcessId is 0, which is not the id of a process"),
        (load.replacing(process.guid, with: "{1234}"), "ProcessGuid must be a GUID"),
        (load.replacing("1234abcd-", with: "1234abcg-"), "ProcessGuid must be a GUID"),
        (load.replacing("1234abcd-", with: "1234abcd1"), "ProcessGuid must be a GUID"),
        (load.replacing("1234abcd-", with: "1234abcé-"), "ProcessGuid must be a GUID"),
        (load.replacing(#""\#(process.guid)""#, with: "12"), "ProcessGuid must be a GUID"),
        (
            load.replacing("ProcessId", with: "X").replacing(process.guid, with: SysmonLine.noGUID),
            "ProcessId is missing"
        ),
        (load.replacing("ProcessId", with: "X").replacing("ProcessGuid", with: "Y"), "ProcessId is missing"),
        (load.replacing("ImageLoaded", with: "X"), "ImageLoaded is missing"),
        (load.replacing(#""C:\\x.dll""#, with: "null"), "ImageLoaded is missing"),
        (load.replacing(#""C:\\x.dll""#, with: "12"), "ImageLoaded must be a string"),
        (load.replacing(#""C:\\x.dll""#, with: "{}"), "ImageLoaded must be a string"),
        (load.replacing("x.dll", with: #"\u0000"#).replacing(#"C:\\\u"#, with: #"\u"#), "ImageLoaded is missing"),
        (
            load.replacing("x.dll", with: String(repeating: "é", count: 32_764)),
            "ImageLoaded has more than 32766 UTF-16 units"
        ),
        (create.replacing(#""Image":"#, with: #""I":"#), "Image is missing"),
        (create.replacing(#""2""#, with: #""two""#), "TerminalSessionId must be a number from 0 to 4294967295"),
        (thread.replacing("0x1", with: "0x1FFFFEF60CA462460"), "StartAddress must be a hex number of 64 bits"),
        (thread.replacing("0x1", with: "KERNEL32"), "StartAddress must be a hex number of 64 bits"),
        (thread.replacing("4242", with: "4294967296"), "NewThreadId must be a number from 0 to 4294967295"),
        (thread.replacing(#""1004""#, with: #""0""#), "TargetProcessId is 0, which is not the id of a process"),
        (thread.replacing(#""1000""#, with: #""0""#), "SourceProcessId is 0, which is not the id of a process"),
        (
            #"{"EventID":5,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"a","EventData":"<x/>"}"#,
            "EventData must be a JSON object"
        ),
        (
            #"{"EventID":5,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"a","EventData":[]}"#,
            "ProcessId is missing"
        ),
        (
            #"{"EventID":5,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"a","EventData":null}"#,
            "EventData is missing"
        ),
        (
            #"{"winlog":{"event_id":5,"channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"a"}}"#,
            "EventData is missing"
        ),
    ])
    func `an impossible record is rejected`(line: String, fault: String) async {
        let driver = Driver.make()
        let report = await driver.apply([line, Self.load], .sysmon { $0.machine = line.contains("PC1") ? "pc1" : "a" })
        #expect(report.faults == ["1: \(fault)"])
        #expect(report.lines == 2)
        #expect(driver.loadedDrivers == [])
    }

    @Test(arguments: ["12", "\"x\"", "{", #"{"a":tru}"#, #"{"EventID":7,}"#, "<Event><a></Event>", "nonsense"])
    func `a line that is not a JSON object is rejected`(line: String) async {
        let report = await Driver.make().apply([line, Self.load], .sysmon())
        #expect(report.rejected.map(\.line) == [1])
        #expect(report.applied == 1)
    }

    @Test func `optional fields may be missing, null or a dash`() async throws {
        let driver = Driver.make()
        let line = Self.create.replacing(#""a -b""#, with: "null").replacing(#""2""#, with: #""-""#)
            .replacing("ParentProcess", with: "X").replacing("Integrity", with: "Y")
        let report = await driver.apply([line], .sysmon())
        #expect(report.faults == [])
        let process = try #require(driver.process(1000))
        #expect(process.processCmdLine == process.imageFileName)
        #expect(process.sessionId == 0)
        #expect(process.parent == .none)
        #expect(process.token.integrityLevel == 0x2000)
    }

    @Test func `a process with an unknown image is still synthesized`() async {
        let driver = Driver.make()
        let report = await driver.apply([Self.load.replacing(#""Image":"#, with: #""I":"#)], .sysmon())
        #expect(report.applied == 1)
        #expect(driver.process(1000)?.imageFileName == "<unknown process>")
    }

    @Test func `a full host rejects events that it has no room for`() async {
        let driver = Driver.make(limits: .make { $0.processes = 1 })
        let report = await driver.apply([Self.load], .sysmon())
        #expect(report.faults == ["1: the host's limit of processes is reached"])
        #expect(report.isComplete)
    }

    @Test(arguments: 0..<20)
    func `broken records never trap, and every line is counted`(seed: UInt64) async {
        var random = SplitMix(state: seed)
        let whole = [
            Self.load, Self.thread, Self.create, SysmonLine.exit(Self.process), SysmonLine.loadWithoutPid(Self.process),
            SysmonLine.open(from: Self.process, to: Self.process),
        ].map { Array($0.utf8) }
        let junk = Array("{}[]\":,\\u0x9eE-+. \r\ntrue null {00000000-".utf8) + [0, 0x7F, 0x80, 0xC3, 0xED, 0xFF]
        var bytes: [UInt8] = []
        for _ in 0..<500 {
            var line = whole[Int.random(in: 0..<whole.count, using: &random)]
            for _ in 0..<Int.random(in: 0...4, using: &random) where !line.isEmpty {
                let place = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: line[place] = junk.randomElement(using: &random) ?? 0
                case 1: line.remove(at: place)
                case 2: line.insert(junk.randomElement(using: &random) ?? 0, at: place)
                default: line.removeSubrange(place..<min(line.count, place + 20))
                }
            }
            bytes += line + [UInt8(ascii: "\n")]
        }
        let chunk = Int.random(in: 1...200, using: &random)
        var options = EventFeed.Options.sysmon()
        options.createsInitialThreads = seed.isMultiple(of: 2)
        options.maxHeldRecords = Int(seed)
        let report = await EventFeed(driver: .make(), options: options, onEventTime: { _ in })
            .upload(bytes, chunk: chunk)
        #expect(report.isComplete)
        #expect(report.applied > 0)
    }
}

/// A repeatable random number generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
