import Locking
import Messages
import TestSupport
import Testing

@testable import Driver

/// The table of the conditions that lead to each type of message, compared with what the routines do.
@Suite struct MessagePathTests {
    @Test func `every type of message that events cause has a path, with conditions of its routine in order`() {
        let caused = DriverRoutine.allCases.filter { !$0.checks.isEmpty }.flatMap(\.messageTypes)
        #expect(Set(MessagePath.table.map(\.type)) == Set(caused))
        for path in MessagePath.table {
            #expect(path.routine.messageTypes.contains(path.type))
            #expect(path.conditions.allSatisfy { $0.check.routine == path.routine })
            #expect(path.conditions.map(\.check.rawValue) == path.conditions.map(\.check.rawValue).sorted())
        }
    }

    /// A source of random choices that is the same in each run.
    private struct Choices {
        var state: UInt64

        mutating func next(_ count: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % count
        }

        mutating func bool() -> Bool { next(2) == 1 }
    }

    @Test(arguments: 0..<20)
    func `THR, TEX, IMG: a routine makes a message if and only if the conditions on its path hold`(_ seed: UInt64)
        throws
    {
        let driver = Driver.make(.make { _ in }, engine: ScriptedEngine(), workQueue: ManualWorkQueue())
        var choices = Choices(state: seed)
        let found = Locked<[RoutineReport]>([])
        let names = [#"C:\a.dll"#, #"C:\Windows\System32\wow64cpu.dll"#, #"C:\b.dll"#]
        _ = try driver.createStreamContext(fileName: names[0], rules: .notifyImageLoadRule)
        _ = try driver.createStreamContext(fileName: names[2], rules: [])
        for _ in 0..<300 {
            let processId = UInt32(4 * choices.next(6))
            switch choices.next(5) {
            case 0:
                var creation = ProcessCreation(imageFileName: #"C:\x.exe"#, processId: processId)
                creation.rules = ProcessRules(rawValue: UInt32(truncatingIfNeeded: choices.next(1 << 31)))
                try? driver.createProcess(creation) { outcome in found.withLock { $0 += outcome.routines } }
            case 1:
                let routines = (try? driver.exitProcess(processId)) ?? []
                found.withLock { $0 += routines }
            case 2:
                var creation = ThreadCreation(
                    processId: processId, creatorProcessId: choices.bool() ? nil : UInt32(4 * choices.next(6)))
                creation.creatorIsSystemThread = choices.next(6) == 0
                try? driver.createThread(creation) { outcome in found.withLock { $0 += outcome.routines } }
            case 3:
                _ = try? driver.setCurrentCommandLine(of: processId, choices.bool() ? "changed" : #"C:\x.exe"#)
            default:
                var load = ImageLoad(processId: processId, fullImageName: UnicodeString(names[Int(choices.next(3))]))
                load.extendedInfoPresent = choices.bool()
                try? driver.loadImage(load) { routines in found.withLock { $0 += routines } }
            }
        }
        let reports = found.withLock { $0 }
        #expect(reports.count > 50)
        for report in reports {
            let looks = Dictionary(uniqueKeysWithValues: report.trace.checks.map { ($0.check, $0.holds) })
            for path in MessagePath.table where path.routine == report.routine {
                let holds = path.conditions.allSatisfy { looks[$0.check] == $0.holds }
                let isMade = report.messages.contains { MessageType(of: $0.message) == path.type }
                #expect(holds == isMade, "\(path.type), \(looks)")
            }
        }
    }
}
