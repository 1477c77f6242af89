import Driver
import Messages
import TestSupport
import Testing

@Suite struct CheckedValuesTests {
    private let engine = ScriptedEngine()
    private let driver: Driver

    init() { driver = Driver.make(engine: engine) }

    private func created(_ rules: ProcessRules = []) throws -> [String] {
        var creation = ProcessCreation(imageFileName: "a", processId: 200)
        creation.rules = rules
        return try #require(driver.createProcessAtOnce(creation).routines.first).values
    }

    @Test func `a creation shows the pointers, the reply and the rules`() throws {
        #expect(try created(.notifyProcessCmdLine) == ["not NULL", "not NULL", "FALSE", "0x20000000"])
        #expect(try driver.exitProcess(200).first?.values == ["NULL"])
        driver.changeConfig { $0.createThreadNotifyRoutineEx = false }
        #expect(try created() == ["not NULL", "NULL", "FALSE"])
    }

    @Test(arguments: [
        (EngineResult(status: .success), "FALSE"),
        (EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true))), "TRUE"),
        (EngineResult(status: .success, reply: .unreadable(ReplyFault("x"))), "reply not understood"),
        (EngineResult(status: .timeout), "no reply: STATUS_TIMEOUT"),
        (EngineResult(status: .portDisconnected), "no reply: STATUS_PORT_DISCONNECTED"),
    ])
    func `PRC-3: a creation that was not denied shows why`(result: EngineResult, value: String) throws {
        engine.follow { _ in result }
        #expect(try created()[2] == value)
    }

    @Test func `PRC-5: a process that exits before the engine answers is checked with the rules that it had`() throws {
        let driver = driver
        engine.follow { message in
            _ = try? driver.exitProcess(200)
            return .acknowledging(message)
        }
        #expect(try created(.notifyProcessCmdLine) == ["not NULL", "not NULL", "FALSE", "0x20000000"])
        engine.follow { message in
            _ = try? driver.exitProcess(200)
            let answer = CreateProcessAnswer(processRules: 0x1)
            return EngineResult(status: .success, reply: .createProcess(answer))
        }
        #expect(try created(.notifyProcessCmdLine) == ["not NULL", "not NULL", "FALSE", "0x00000001"])
    }

    @Test(arguments: [false, true])
    func `PRC-1, PRC-5: a creation sees one value of the setting, though it changes meanwhile`(hasEx: Bool) throws {
        let driver = driver
        driver.changeConfig { $0.createThreadNotifyRoutineEx = hasEx }
        engine.follow { message in
            driver.changeConfig { $0.createThreadNotifyRoutineEx = !hasEx }
            return .acknowledging(message)
        }
        let values = try created(.notifyProcessCmdLine)
        #expect(values == ["not NULL"] + (hasEx ? ["not NULL", "FALSE", "0x20000000"] : ["NULL", "FALSE"]))
        #expect(driver.counters.createThreadNotifyLock == (hasEx ? 1 : 0))
        #expect(driver.process(200)?.flags.contains(.threadNotifyRoutineExSet) == hasEx)
    }

    @Test func `a thread shows the pids and contexts of creator and target, and the rules of the creator`() throws {
        try driver.makeProcess(100, rules: .notifyNewThreadDifferentProcess)
        try driver.makeProcess(104)
        func values(_ target: UInt32, _ creator: UInt32) throws -> [String] {
            let creation = ThreadCreation(processId: target, creatorProcessId: creator)
            return try #require(driver.createThreadAtOnce(creation).routines.first).values
        }
        #expect(
            try values(104, 100) == [
                "TRUE", "104", "FALSE", "context of 100", "ProcessId 104, current process 100", "0x00400000",
            ])
        #expect(
            try values(104, 104) == [
                "TRUE", "104", "FALSE", "context of 104", "ProcessId 104, current process 104", "0x00000000",
            ])
        #expect(try values(104, 12345) == ["TRUE", "104", "FALSE", "no context for 12345"])
        #expect(try values(4, 100) == ["TRUE", "4"])
        var system = ThreadCreation(processId: 104)
        system.creatorIsSystemThread = true
        #expect(try driver.createThreadAtOnce(system).routines.first?.values == ["TRUE", "104", "TRUE"])
        let thread = try driver.createThreadAtOnce(ThreadCreation(processId: 104)).thread.threadId
        #expect(try driver.deleteThread(thread, of: 104).map(\.values) == [["FALSE"], ["0"]])
    }

    private func checkedByEx(_ current: UnicodeString, captured: UnicodeString) throws -> [String] {
        var creation = ProcessCreation(imageFileName: "a", processId: 100)
        creation.commandLine = captured
        creation.rules = .notifyProcessCmdLine
        _ = try driver.createProcessAtOnce(creation)
        _ = try driver.setCurrentCommandLine(of: 100, current)
        return try #require(driver.createThreadAtOnce(ThreadCreation(processId: 100)).routines.last).values
    }

    @Test func `the Ex routine shows the lock, the flags, the rules and both command lines`() throws {
        #expect(
            try checkedByEx("evil", captured: "good") == [
                "1", "TRUE", "100", "context of 100", "0x00000400", "0x20000000",
                #"current "evil", captured "good""#,
            ])
    }

    @Test func `long command lines are cut, and one that differs later says where`() throws {
        let same = String(repeating: "a", count: 30_000)
        let shown = "\"" + String(repeating: "a", count: 64) + "…\""
        #expect(
            try checkedByEx("\(same)b", captured: "\(same)c").last
                == "current \(shown), captured \(shown), different after 30000 characters")
        _ = try driver.exitProcess(100)
        #expect(try checkedByEx("\(same)", captured: "\(same)").last == "current \(shown), captured \(shown)")
    }

    @Test func `command lines that differ in half a pair show where`() throws {
        let captured = UnicodeString(units: [0x61, 0xD800, 0x62])
        #expect(
            try checkedByEx("a\u{FFFD}b", captured: captured).last
                == "current \"a\u{FFFD}b\", captured \"a\u{FFFD}b\", different after 1 characters")
        _ = try driver.exitProcess(100)
        #expect(
            try checkedByEx("\u{1F600}e\u{301}", captured: "\u{1F600}\u{E9}").last
                == "current \"\u{1F600}e\u{301}\", captured \"\u{1F600}\u{E9}\", different after 1 characters")
    }

    @Test func `a load shows the words of rules and flags, the name and the contexts`() throws {
        let wow64cpu: UnicodeString = #"C:\Windows\System32\wow64cpu.dll"#
        try driver.makeProcess(100, rules: [.notifyWow64cpuLoad, .notifyImageLoadRule])
        _ = try driver.createStreamContext(fileName: "b", rules: .notifyImageLoadRule)
        func values(_ name: UnicodeString, by processId: UInt32 = 100) throws -> [String] {
            try driver.loadImageAtOnce(ImageLoad(processId: processId, fullImageName: name)).values
        }
        #expect(
            try values("a") == [
                "FALSE", "context of 100", "0x00000400", "0x08000800", #""a""#, "TRUE", #"no context for "a""#,
                "0x08000800", "0x08000800",
            ])
        #expect(
            try values("B") == [
                "FALSE", "context of 100", "0x00000400", "0x00000800", #""B""#, "TRUE", #"context of "B""#,
                "0x00008000", "0x00000800", "0x00000800",
            ], "the first load cleared the rule of the process")
        #expect(try values(wow64cpu)[4] == "\"\(wow64cpu)\"")
        #expect(try values(wow64cpu)[2] == "0x00000600")
        let long = String(repeating: "b", count: 63)
        try driver.makeProcess(104, rules: .notifyWow64cpuLoad)
        #expect(try values("\(long)", by: 104)[4] == "\"\(long)\"")
        #expect(try values("c\(long)", by: 104)[4] == "\"…\(long)\"", "the end decides")
        #expect(try values("a", by: 0) == ["FALSE", "no context for 0"])
    }

    @Test func `values after Wow64cpuLoad are those after its answer`() throws {
        let wow64cpu: UnicodeString = #"C:\Windows\System32\wow64cpu.dll"#
        try driver.makeProcess(100, rules: [.notifyWow64cpuLoad, .notifyImageLoadRule])
        _ = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: wow64cpu))
        let driver = driver
        engine.follow { message in
            _ = try? driver.changeRules(of: 100, .replace(ProcessRules(rawValue: 0x1)))
            return .acknowledging(message)
        }
        let report = try driver.loadImageAtOnce(ImageLoad(processId: 100, fullImageName: "a"))
        #expect(report.values.suffix(2) == ["0x00000001", "0x00000001"])
    }
}

extension RoutineReport {
    /// The value of each condition that was checked, in order.
    fileprivate var values: [String] { trace.checks.map { "\(value(of: $0.check, holds: $0.holds))" } }
}
