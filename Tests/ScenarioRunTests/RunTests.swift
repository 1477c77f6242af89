import Scenarios
import Testing

/// How cases go on and how they end.
@Suite struct RunTests {
    @Test func `a thread that is created in the background in a process that exits meanwhile does not end the case`()
        throws
    {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: half
            hosts: {main: {engine: {type: embedded, delayMs: 100}}}
            steps:
              - createProcess: {as: app, imageFileName: 'C:\\app.exe', rules: [NotifyNewThreadSameProcess]}
              - id: begun
                background: true
                createThread: {as: thread, target: app}
              - exitProcess: app
              - await: begun
              - expect:
                  - messages: {operation: LoadImage}
                    exactly: 7
            """)
        #expect(failure.line == 12)
        #expect(failure.found == 0)
    }

    @Test func `a name whose step was refused is refused with that step`() throws {
        let report = try TestedScenario.report(
            """
            scenario: 1
            name: refused
            steps:
              - createProcess: {processId: 900, imageFileName: 'C:\\a.exe'}
              - createProcess: {as: app, processId: 900, imageFileName: 'C:\\b.exe'}
                fails: process-exists
              - exitProcess: app
            """)
        #expect(report.verdict == .error)
        #expect(report.error?.line == 7)
        #expect(report.error?.detail == "step 2 was refused (process-exists), so there is no process app")
    }

    @Test func `the time limit of a case holds while virtual time passes`() throws {
        let began = ContinuousClock.now
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: endless
            timeout: 1s
            hosts:
              main:
                engine: {type: embedded, delayMs: 1}
                config: {maxAsyncNotificationCount: 100000}
            steps:
              - createProcess: {as: app, imageFileName: 'C:\\app.exe', rules: [NotifyImageLoadRule]}
              - repeat: {times: 3000, steps: [{loadImage: {process: app, fullImageName: a.dll}}]}
              - wait: {until: [{messages: {operation: CreateProcess}, exactly: 7}], within: 60m}
            """)
        #expect(failure.detail?.hasPrefix("not done after 1 s, in step ") == true)
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test func `of many failures of a case the first are explained, the others only stated`() throws {
        let report = try #require(
            TestedScenario.run(
                """
                scenario: 1
                name: many
                steps:
                  - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
                  - repeat:
                      times: 40
                      steps:
                        - createThread: {target: app}
                          expect:
                            - messages: {operation: NewThreadSameProcess}
                """, keepsGoing: true
            ).first)
        #expect(report.failures.count == 40, "\(report.error?.detail ?? "")")
        for (round, failure) in report.failures.enumerated() {
            #expect(failure.found == 0)
            #expect(failure.change.isEmpty == (round >= 32))
            if case .unexplained(32) = failure.why.first { #expect(round >= 32) } else { #expect(round < 32) }
        }
    }

    @Test func `a message elsewhere on which a pattern is too costly does not hide why`() throws {
        let slow = String(repeating: "a", count: 60) + "!"
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: costly
            steps:
              - createProcess: {as: app, imageFileName: 'C:\\app.exe', commandLine: '\(slow)'}
              - createProcess: {as: other, imageFileName: 'C:\\other.exe', commandLine: 'b'}
              - id: asked
                createThread: {target: app}
                expect:
                  - messages: {operation: CreateProcess, data: {commandLine: {regex: '^(a+)+$'}}}
            """)
        #expect(!failure.why.isEmpty)
    }
}
