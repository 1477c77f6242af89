import Driver
import Messages
import Replay
import TestSupport
import Testing

/// Lines in the native format.
@Suite(.timeLimit(.minutes(5)))
struct NativeEventTests {
    private let creation = #"{"type":"processCreate","processId":100,"imageFileName":"a.exe"}"#

    @Test func `each event type has the effect of its request`() async throws {
        let driver = Driver.make()
        let report = await driver.apply(
            [
                #"{"type":"streamContext","fileName":"C:\\x.dll","rules":["NotifyImageLoadRule"]}"#,
                #"{"processId":100,"imageFileName":"a.exe","rules":["0x10000000"],"type":"processCreate"}"#,
                #"{"type":"setRules","processId":100,"set":["NotifyNewThreadDifferentProcess"],"clear":0}"#,
                #"{"type":"processCreate","processId":104,"imageFileName":"b.exe","parentProcessId":100}"#,
                #"{"type":"threadCreate","processId":104,"threadId":8,"creatorProcessId":100,"startAddress":"0x1"}"#,
                #"{"type":"threadExit","processId":104,"threadId":8}"#,
                #"{"type":"imageLoad","processId":104,"fullImageName":"C:\\x.dll"}"#,
                #"{"type":"imageLoad","processId":0,"fullImageName":"k.sys","imageBase":"0xfffff80000000000"}"#,
                #"{"type":"setRules","processId":104,"rules":["NotifyProcessCmdLine"]}"#,
                #"{"type":"processExit","processId":100}"#,
            ], .native())
        #expect(report.faults == [])
        #expect(report.applied == 10)
        #expect(
            report.appliedByType == [
                "streamContext": 1, "processCreate": 2, "setRules": 2, "threadCreate": 1, "threadExit": 1,
                "imageLoad": 2, "processExit": 1,
            ])
        #expect(report.messages.sync == ["NewThreadDifferentProcess": 1, "NewImageLoadPerStream": 1])
        #expect(report.messages.async == ["CreateThread": 1, "LoadImage": 1, "CreateProcess": 1])
        #expect(report.messages.direct == ["CreateProcess": 2])
        #expect(driver.loadedDrivers.map(\.imageBase) == [0xFFFF_F800_0000_0000])
        #expect(driver.process(104)?.rules == .notifyProcessCmdLine)
        #expect(driver.process(100) == nil)
        #expect(try driver.threads(of: 104) == [])
    }

    @Test func `a notification has the effect of its request`() async throws {
        let driver = Driver.make()
        let report = await driver.apply(
            [
                #"{"type":"processCreate","processId":100,"imageFileName":"a.exe","rules":["0x600000"]}"#,
                #"{"type":"notification","kind":"sync","operation":"RegistryEventSync","processId":100,"#
                    + #""data":{"registryData":"AAE="},"ioPriority":{"pagePriority":1}}"#,
                #"{"type":"notification","kind":"sync","operation":3,"processId":100,"#
                    + #""data":{"targetProcess":{"processId":7,"creationTime":null}}}"#,
                #"{"type":"notification","kind":"async","operation":"OpenDesktop","processId":100,"highPriority":true,"#
                    + #""data":{"process":{"processId":100},"handleOperation":1}}"#,
                #"{"type":"notification","kind":"async","operation":14,"data":{"data":"AAE="}}"#,
                #"{"type":"notification","kind":"async","operation":"PanicMode"}"#,
            ], .native())
        #expect(report.faults == [])
        #expect(report.appliedByType == ["processCreate": 1, "notification": 5])
        #expect(report.messages.sync == ["RegistryEventSync": 1, "NewThreadDifferentProcess": 1])
        #expect(report.messages.async == ["OpenDesktop": 1, "LogPrint": 1, "PanicMode": 1])
        #expect(driver.process(100)?.rules == [])
        let messages = driver.messages(MessageQuery(), limit: 10).items.map(\.message)
        guard case .sync(let sent) = messages[2].content else { return #expect(Bool(false)) }
        #expect(sent.data == .newThreadDifferentProcess(targetProcess: .init(processId: 7, creationTime: .none)))
    }

    private static let noType =
        #"/type: required, but missing: one of "processCreate", "processExit", "threadCreate", "threadExit", "imageLoad", "#
        + #""driverLoad", "setRules", "streamContext", "notification", "clock""#

    @Test(arguments: [
        ("{", nil), ("[]", nil), ("{}", noType), (#"{"type":"x"}"#, nil), (#"{"type":5}"#, nil),
        (#"{"type":"processExit","processId":100}"#, "no live process has the pid 100"),
        (#"{"type":"processExit","processId":4}"#, "the System process cannot exit"),
        (#"{"type":"processExit"}"#, "/processId: required, but missing"),
        (
            #"{"type":"processExit","processId":4294967296}"#,
            "/processId: must be an integer from 0 to 4294967295, not 4294967296"
        ),
        (#"{"type":"processExit","processId":4,"x":1}"#, "/x: unknown member; use one of type, processId"),
        (#"{"type":"processExit","processId":4,"processId":4}"#, "/processId: duplicate member"),
        (#"{"type":"processExit","type":"processExit","processId":8}"#, "/type: duplicate member"),
        (#"{"type":"processCreate","imageFileName":""}"#, "/imageFileName: must not be empty"),
        (#"{"type":"processCreate","imageFileName":"\u0000"}"#, "/imageFileName: contains a NUL"),
        (#"{"type":"processCreate","imageFileName":"a","processId":4}"#, "a live process already has the pid 4"),
        (#"{"type":"threadCreate","processId":100}"#, "no live process has the pid 100"),
        (#"{"type":"threadCreate"}"#, "/processId: required, but missing"),
        (#"{"type":"threadExit","processId":4,"threadId":12}"#, "the process has no thread 12"),
        (
            #"{"type":"threadExit"}"#, "/processId: required, but missing; /threadId: required, but missing"
        ),
        (#"{"type":"imageLoad","processId":100,"fullImageName":"a"}"#, "no live process has the pid 100"),
        (#"{"type":"imageLoad","fullImageName":"a"}"#, "/processId: required, but missing"),
        (#"{"type":"setRules","processId":4}"#, "/rules: required, but missing"),
        (#"{"type":"setRules","processId":4,"rules":0,"set":0}"#, #"/rules: not allowed beside "set" and "clear""#),
        (
            #"{"type":"setRules","processId":4,"set":["NotifyImageLoad"]}"#,
            #"/set/0: "NotifyImageLoad" is not a rule; did you mean NotifyImageLoadRule?"#
        ),
        (#"{"type":"setRules","processId":9,"set":0}"#, "no live process has the pid 9"),
        (#"{"type":"notification"}"#, #"/kind: required, but missing: one of "sync", "async""#),
        (#"{"type":"notification","kind":"direct"}"#, nil),
        (
            #"{"type":"notification","kind":"async","operation":"LogPrint","ioPriority":{}}"#,
            "/ioPriority: requires the kind sync"
        ),
        (
            #"{"type":"notification","kind":"sync","operation":7,"processId":4,"highPriority":true,"data":{}}"#, nil
        ),
        (
            #"{"type":"notification","kind":"async","operation":"LogPrint","processId":9}"#,
            "no live process has the pid 9"
        ),
        (
            #"{"type":"notification","kind":"sync","operation":3,"processId":4,"data":{"targetProcess":{"processId":9}}}"#,
            "no live process has the pid 9"
        ),
        (#"{"type":"clock"}"#, #"/mode: required, but missing: one of "system", "manual", "events""#),
        (#"{"type":"clock","mode":"manual"}"#, "/now: required, but missing"),
        (#"{"type":"clock","mode":"system","advanceByMs":1}"#, #"/advanceByMs: requires "mode":"manual""#),
        (#"{"type":"clock","mode":"events","now":"0x1"}"#, #"/now: requires "mode":"manual""#),
        (
            #"{"type":"clock","mode":"manual","now":"0x1","advanceByMs":1}"#, #"/advanceByMs: not allowed beside "now""#
        ),
        (#"{"type":"clock","mode":"manual","advanceByMs":-1}"#, nil),
        (#"{"type":"clock","mode":"manual","advanceByMs":3153600000001}"#, nil),
        (#"{"type":"clock","mode":"manual","advanceByMs":0}"#, "there is no clock to set"),
        (#"{"type":"streamContext"}"#, "/fileName: required, but missing"),
        (#"{"type":"streamContext","fileName":"f"}"#, "the file already has a stream context"),
    ])
    func `a rejected line is reported with its number, and the rest is applied`(line: String, fault: String?) async {
        let driver = Driver.make()
        let first = #"{"type":"streamContext","fileName":"F"}"#
        let report = await driver.apply([first, "", line, creation], .native())
        #expect(report.applied == 2)
        #expect(report.rejected.map(\.line) == [3])
        if let fault { #expect(report.faults == ["3: \(fault)"]) }
        #expect(report.isComplete)
        #expect(driver.process(100) != nil)
    }

    @Test func `only the first rejected lines are listed, with short details`() async {
        let name = String(repeating: "x", count: 100_000)
        let lines = (0..<150).map { _ in #"{"type":"processExit","\#(name)":1}"# }
        let report = await Driver.make().apply(lines, .native())
        #expect(report.rejectedCount == 150)
        #expect(report.rejected.count == 100)
        #expect(report.rejected.allSatisfy { $0.detail.utf8.count < 600 })
    }

    @Test func `if the feed stops at the first rejected line, the rest is not applied`() async {
        let driver = Driver.make()
        let lines = [creation, "nonsense", #"{"type":"processExit","processId":100}"#, "nonsense"]
        for chunk in [1, .max] {
            let report = await driver.apply(lines, .native { $0.stopsOnError = true }, chunk: chunk)
            #expect(report.stoppedAtLine == (chunk == 1 ? 2 : 1))
            #expect(report.rejectedCount == 1)
            #expect(report.lines == report.stoppedAtLine)
            #expect(driver.process(100) != nil)
        }
    }
}
