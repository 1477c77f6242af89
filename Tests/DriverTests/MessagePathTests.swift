import Messages
import Testing

@testable import Driver

/// The conditions that lead to each type of message, compared with what the routines do.
@Suite struct MessagePathTests {
    @Test func `every type of message that events cause has a path, with conditions of its routine in order`() {
        let caused = DriverRoutine.allCases.flatMap(\.messageTypes)
        #expect(MessagePath.table.map(\.type) == caused)
        for path in MessagePath.table {
            #expect(!path.conditions.isEmpty)
            #expect(path.routine.messageTypes.contains(path.type))
            #expect(path.conditions.allSatisfy { $0.check.routine == path.routine })
            #expect(path.conditions.map(\.check.rawValue) == path.conditions.map(\.check.rawValue).sorted())
        }
    }

    @Test func `a path has the results that matter for its message, and no others`() throws {
        func path(_ type: MessageType) throws -> [String] {
            let path = try #require(MessagePath.table.first { $0.type == type })
            return path.conditions.map { "\($0.check) \($0.holds)" }
        }
        #expect(try path(.async(.createProcess)) == ["createInfo false"])
        #expect(try path(.async(.loadImage)) == ["loaderContext true", "asyncImageLoad true"])
        #expect(try path(.direct(.wow64cpuLoad)) == ["loaderContext true", "flagImageWow64cpuLoaded true"])
        #expect(
            try path(.async(.createThread)) == [
                "create true", "targetIsNotSystem true", "isNotSystemThread true", "creatorContext true",
                "sameProcess false", "ruleNewThreadDifferentProcess true",
            ])
        #expect(
            try path(.sync(.newImageLoadPerStream)) == [
                "loaderContext true", "extendedInfoPresent true", "streamContext true", "ruleImageLoadPerStream true",
            ])
    }

    @Test(arguments: 0..<20)
    func `THR, TEX, IMG: a routine makes a message if and only if the conditions on its path hold`(_ seed: UInt64)
        throws
    {
        let reports = try RandomEvents(seed: seed, count: 300).reports
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
