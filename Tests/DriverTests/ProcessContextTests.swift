import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct ProcessContextTests {
    @Test func `DATA-1: a pid is reused after exit, and the new process is a different one`() throws {
        let clock = ManualClock()
        let driver = Driver.make(clock: clock)
        let first = try driver.makeProcess(100)
        _ = try driver.exitProcess(100)
        clock.advance(by: .seconds(1))
        let second = try driver.makeProcess(100)
        #expect(first.identity.processId == second.identity.processId)
        #expect(first.identity != second.identity)
        #expect(second.identity.creationTime == clock.now())
    }

    @Test func `DATA-1: a reference to a process finds nothing once its pid and slot belong to another`() throws {
        var table = ProcessTable()
        var context = ProcessContext.system
        context.identity = AuxPidCreationTime(processId: 8, creationTime: FileTime(ticks: 1))
        let old = table.insert(context)
        table.remove(old)
        context.identity.creationTime = FileTime(ticks: 2)
        let new = table.insert(context)
        #expect(old.slot == new.slot, "the slot is used again, or this test shows nothing")
        #expect(table[old] == nil)
        #expect(table.update(old) { $0.rules = .notifyImageLoadRule } == nil)
        #expect(table.remove(old) == nil)
        #expect(table[new]?.identity == context.identity)
        #expect(table.reference(processId: 8) == new)
    }

    @Test func `DATA-2: a context contains what its creation gave`() throws {
        let driver = Driver.make()
        let parent = try driver.makeProcess(100)
        let creator = try driver.makeProcess(104)
        var creation = ProcessCreation(imageFileName: #"C:\a.exe"#, processId: 200, parentProcessId: 100)
        creation.creationTime = FileTime(ticks: 7)
        creation.creatorProcessId = 104
        creation.commandLine = "a.exe /x"
        creation.sessionId = 3
        creation.token = ProcessToken(elevationType: 2, elevation: 1, integrityLevel: 0x3000)
        creation.hasServiceSid = true
        creation.rules = .allowedToInjectCode
        let context = try #require(try driver.createProcessAtOnce(creation).process)
        #expect(context == driver.process(200))
        #expect(context.identity == AuxPidCreationTime(processId: 200, creationTime: FileTime(ticks: 7)))
        #expect(context.imageFileName == #"C:\a.exe"#)
        #expect(context.processCmdLine == "a.exe /x")
        #expect(context.currentCommandLine == "a.exe /x")
        #expect(context.sessionId == 3)
        #expect(context.parent == parent.identity)
        #expect(context.creator == creator.identity)
        #expect(context.token == creation.token)
        #expect(context.hasServiceSid)
        #expect(context.rules == .allowedToInjectCode)
        #expect(context.notificationsSent == 1)
        #expect(context.wow64CpuImageBase == nil)
    }

    @Test func `DATA-2: command line and creator default to image name and parent`() throws {
        let context = try Driver.make().makeProcess(200)
        #expect(context.processCmdLine == #"C:\app.exe"#)
        #expect(context.parent == ProcessContext.system.identity)
        #expect(context.creator == ProcessContext.system.identity)
    }

    @Test func `DATA-2: a parent that is not alive has no creation time`() throws {
        let driver = Driver.make()
        let creation = ProcessCreation(imageFileName: "a", processId: 200, parentProcessId: 777)
        let context = try #require(try driver.createProcessAtOnce(creation).process)
        #expect(context.parent == AuxPidCreationTime(processId: 777, creationTime: .none))
    }

    @Test func `DATA-2: tampering changes only the current command line`() throws {
        let driver = Driver.make()
        try driver.makeProcess(200)
        let context = try driver.setCurrentCommandLine(of: 200, "evil")
        #expect(context.currentCommandLine == "evil")
        #expect(context.processCmdLine == #"C:\app.exe"#)
        #expect(throws: DriverError.unknownProcess(201)) { try driver.setCurrentCommandLine(of: 201, "") }
    }

    @Test(
        arguments: [
            (0x1, "ExcludedProcess"), (0x8, "MsMpEngProcess"), (0x10, "MpServiceSidProcess"), (0x20, "FriendlyProcess"),
            (0x40, "TrustedProcess"), (0x80, "MsSecesProcess"), (0x100, "SvchostProcess"),
            (0x200, "ImageWow64cpuLoaded"),
            (0x400, "ThreadNotifyRoutineExSet"), (0x800, "ProcessExplorer"),
        ] as [(UInt32, String)])
    func `DATA-3: each flag has its bit and its name`(bit: UInt32, name: String) {
        #expect(ProcessFlags.bit(named: name)?.rawValue == bit)
        #expect(ProcessFlags(rawValue: bit).names == [name])
    }

    @Test(
        arguments: [
            (0x8, "DoNotNotifyDesktopHandlesOp"), (0x200, "SuppressAsyncImageLoad"),
            (0x400, "AllowAllRegistryOperations"),
            (0x800, "NotifyWow64cpuLoad"), (0x8000, "AllowCodeInjectionHIPSRule"), (0x10000, "AllowedToInjectCode"),
            (0x80000, "AllowIncomingCodeInjection"), (0x200000, "NotifyRegistryOperationSync"),
            (0x400000, "NotifyNewThreadDifferentProcess"), (0x800000, "QuerySuspendResumeHIPSRule"),
            (0x1000000, "AllowedToQuerySuspendResume"), (0x2000000, "AllowQuerySuspendResume"),
            (0x8000000, "NotifyImageLoadRule"), (0x10000000, "NotifyNewThreadSameProcess"),
            (0x20000000, "NotifyProcessCmdLine"),
        ] as [(UInt32, String)])
    func `DATA-4: each rule has its bit and its name`(bit: UInt32, name: String) {
        #expect(ProcessRules.bit(named: name)?.rawValue == bit)
        #expect(ProcessRules(rawValue: bit).names == [name])
    }

    @Test func `DATA-3 and DATA-4: the tables have no other names`() {
        #expect(ProcessFlags.table.count == 10)
        #expect(ProcessRules.table.count == 15)
        #expect(ProcessRules.bit(named: "notifyimageloadrule") == nil)
        #expect(ProcessRules.bit(named: "") == nil)
    }

    @Test func `OBJ-9: two bits arm a check, four permit`() {
        let meanings = Dictionary(uniqueKeysWithValues: ProcessRules.table.map { ($0.bit, $0.term.meaning) })
        for arming: UInt32 in [0x8000, 0x80_0000] {
            #expect(meanings[arming]?.hasPrefix("arms ") == true)
        }
        for passing: UInt32 in [0x1_0000, 0x8_0000, 0x100_0000, 0x200_0000] {
            #expect(meanings[passing]?.contains(" may ") == true)
        }
    }

    @Test func `DATA-4: bits without a name are kept and shown as hex`() throws {
        let driver = Driver.make()
        let all = try driver.makeProcess(100, rules: ProcessRules(rawValue: .max)).rules
        #expect(all.rawValue == .max)
        #expect(all.names.count == 32)
        let change = WordChange.modify(set: ProcessRules(), clear: ProcessRules(rawValue: 0x7FFF_FFFE))
        #expect(try driver.changeRules(of: 100, change).rules.names == ["0x1", "0x80000000"])
        #expect(
            ProcessRules(rawValue: 0x400_401).names == [
                "AllowAllRegistryOperations", "NotifyNewThreadDifferentProcess", "0x1",
            ])
        #expect(ProcessRules(rawValue: 0x400_400).mask == "0x00400400")
        #expect(ProcessRules().mask == "0x00000000")
        #expect(ProcessRules().names == [])
    }

    @Test func `DATA-5: a file has one stream context, found ignoring case`() throws {
        let driver = Driver.make()
        let context = try driver.createStreamContext(fileName: #"\Device\Ä.DLL"#, rules: [])
        #expect(driver.streamContext(fileName: #"\DEVICE\ä.dll"#) == context)
        #expect(throws: DriverError.streamContextExists) {
            try driver.createStreamContext(fileName: #"\device\Ä.dll"#, rules: [])
        }
        try driver.deleteStreamContext(context.id)
        #expect(driver.streamContext(fileName: #"\Device\Ä.DLL"#) == nil)
        let next = try driver.createStreamContext(fileName: #"\Device\Ä.DLL"#, rules: .notifyImageLoadRule)
        #expect(next.id > context.id, "ids are never used again")
        #expect(next.rules.names == ["NotifyImageLoadRule"])
        #expect(throws: DriverError.unknownStreamContext) { try driver.deleteStreamContext(context.id) }
        #expect(throws: DriverError.unknownStreamContext) {
            try driver.changeRules(ofStreamContext: context.id, .replace([]))
        }
    }

    @Test func `DATA-5: names that differ in their UTF-16 units are different files`() throws {
        let driver = Driver.make()
        let composed = try driver.createStreamContext(fileName: "C:\\\u{E9}.dll", rules: [])
        let decomposed = try driver.createStreamContext(fileName: "C:\\e\u{301}.dll", rules: [])
        #expect(composed.id != decomposed.id)
        #expect(driver.streamContext(fileName: "C:\\\u{C9}.dll") == composed)
        #expect(driver.streamContext(fileName: "C:\\E\u{301}.dll") == decomposed)
    }

    @Test func `DATA-6: System is there from the start and cannot exit`() throws {
        let driver = Driver.make()
        let system = try #require(driver.process(4))
        #expect(system.imageFileName == "System")
        #expect(system.processCmdLine == "")
        #expect(system.identity.creationTime == FileTime("2020-01-01T00:00:00.0000000Z"))
        #expect(system.parent == .none)
        #expect(system.creator == .none)
        #expect(system.isSystem)
        #expect(throws: DriverError.systemProcess) { try driver.exitProcess(4) }
        #expect(throws: DriverError.processExists(4)) { try driver.makeProcess(4) }
        #expect(driver.process(4) == system)
        #expect(driver.messages(MessageQuery(), limit: 10).items.isEmpty)
    }

    @Test func `DATA-6: rule policies skip System`() {
        let driver = Driver.make()
        driver.rulePolicies = [RulePolicy(imageFileName: "*", rules: .notifyImageLoadRule)]
        #expect(driver.process(4)?.rules == [])
    }

    @Test func `DATA-7: a change of a word sets, then clears, and leaves the rest`() throws {
        let driver = Driver.make()
        try driver.makeProcess(100, rules: ProcessRules(rawValue: 0b1100))
        let rules = try driver.changeRules(
            of: 100, .modify(set: ProcessRules(rawValue: 0b0011), clear: ProcessRules(rawValue: 0b0101)))
        #expect(rules.rules.rawValue == 0b1010)
        #expect(try driver.changeRules(of: 100, .replace(ProcessRules(rawValue: 1))).rules.rawValue == 1)
        #expect(try driver.changeFlags(of: 100, .replace(.trustedProcess)).flags == .trustedProcess)
        #expect(driver.process(100)?.rules.rawValue == 1)
        #expect(throws: DriverError.unknownProcess(101)) { try driver.changeRules(of: 101, .replace([])) }
    }

    @Test func `DATA-7: a clear after a reply keeps a bit that was set while the engine had the message`() throws {
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine)
        try driver.makeProcess(100, rules: .notifyNewThreadSameProcess)
        engine.follow { _ in nil }
        try driver.createThread(ThreadCreation(processId: 100)) { _ in }
        _ = try driver.changeRules(of: 100, .modify(set: .notifyImageLoadRule, clear: []))
        #expect(engine.acknowledge())
        #expect(driver.process(100)?.rules == .notifyImageLoadRule)
    }
}
