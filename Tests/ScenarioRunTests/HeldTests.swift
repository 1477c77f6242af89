import Scenarios
import Testing

/// What an explanation says of expectations that hold.
@Suite struct HeldTests {
    private static let scenario = """
        scenario: 1
        name: every subject
        steps:
          - createProcess: {as: app, imageFileName: 'C:\\app.exe', rules: [NotifyNewThreadSameProcess]}
          - id: spawn
            createThread: {target: app}
            expect:
              - messages: {operation: NewThreadSameProcess}
                exactly: 1
                because: its own thread
              - order:
                  - {operation: CreateProcess}
                  - {operation: NewThreadSameProcess}
                anywhere: true
              - nothingElse: true
              - routine: MpCreateThreadNotifyRoutine
                notified: true
          - expect:
              - messages: {operation: LoadImage}
                never: true
              - lossless: true
              - process: app
                imageFileName: 'C:\\app.exe'
              - counters: {direct: {fltSendMessageCount: 1}}
              - outcome: {created: true}
                of: start
        """.replacing("  - createProcess: {as", with: "  - id: start\n    createProcess: {as")

    @Test func `nothing is kept unless somebody asks, and the verdict is the same`() {
        let plain = TestedScenario.run(Self.scenario)
        let explained = TestedScenario.run(Self.scenario, explains: true)
        #expect(plain.map(\.verdict) == [.pass] && explained.map(\.verdict) == [.pass])
        #expect(plain[0].held.isEmpty)
    }

    @Test func `each expectation that holds is listed, with what was found`() throws {
        let held = try #require(TestedScenario.run(Self.scenario, explains: true).first?.held)
        #expect(
            held.map(\.expected) == [
                "exactly 1", "CreateProcess, then NewThreadSameProcess", "nothing else", "ran, notified", "never",
                "every message sent", "imageFileName C:\\app.exe", "direct.fltSendMessageCount 1", "created true",
            ])
        #expect(held.map(\.found) == [1, nil, 0, nil, 0, nil, nil, nil, nil])
        #expect(held[5].detail == "0 of 2 messages not sent")
        #expect(held[0].because == "its own thread")
        #expect(held[0].scope == 1 && held[0].scopeName == "step 2 (spawn)")
    }

    @Test func `THR-3: a message that matched has its step, the conditions of its routine, and who set the rule`()
        throws
    {
        let held = try #require(TestedScenario.run(Self.scenario, explains: true).first?.held)
        let made = try #require(held[0].messages.first)
        #expect(made.message.sequence == 2)
        #expect(made.message.step?.id == "spawn" && made.message.step?.line == 7)
        #expect(made.message.criteria.map(\.isMet) == [true])
        #expect(made.routine == "MpCreateThreadNotifyRoutine")
        #expect(
            made.checks.map { "\($0.check): \($0.holds)" }.suffix(2) == [
                "ProcessId == PsGetCurrentProcessId(): true",
                "ProcessRules & NotifyNewThreadSameProcess (0x10000000): true",
            ])
        #expect(made.causes.map(\.kind) == [.creation])
        #expect(made.causes.first?.place?.line == 5)
    }

    @Test func `of many messages the first five are described`() throws {
        let held = try #require(
            TestedScenario.run(
                """
                scenario: 1
                name: many
                steps:
                  - repeat: {times: 12, steps: [{createProcess: {as: 'p${i}', imageFileName: 'C:\\a.exe'}}]}
                    expect:
                      - messages: {operation: CreateProcess, kind: direct}
                        atLeast: 12
                """, explains: true
            ).first?.held.first)
        #expect(held.messages.map(\.message.sequence) == [1, 2, 3, 4, 5])
        #expect(held.unlisted == 7)
    }

    @Test func `what failed is explained as ever, and what held before it, too`() throws {
        let report = try #require(
            TestedScenario.run(
                """
                scenario: 1
                name: mixed
                steps:
                  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
                    expect:
                      - messages: {operation: CreateProcess}
                      - messages: {operation: LoadImage}
                """, explains: true
            ).first)
        #expect(report.verdict == .fail)
        #expect(report.failures.map(\.line) == [7])
        #expect(report.held.map(\.line) == [6])
    }

    @Test func `THR-3: a message that must not come has the condition that kept it away`() throws {
        let report = try #require(
            TestedScenario.run(
                """
                scenario: 1
                name: never
                steps:
                  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
                  - createThread: {target: app}
                    expect:
                      - messages: {operation: NewThreadSameProcess}
                        never: true
                  - exitProcess: 4
                    fails: system-process
                """, explains: true
            ).first)
        #expect(report.verdict == .pass)
        guard case .decision(let decision)? = report.held.first?.why.first else {
            Issue.record("\(report.held)")
            return
        }
        #expect(decision.decidedBy == "ProcessRules & NotifyNewThreadSameProcess (0x10000000)")
        let refused = try #require(report.held.last)
        #expect(refused.expected == "refused with system-process")
        #expect(refused.line == 10 && refused.step == "3")
    }
}
