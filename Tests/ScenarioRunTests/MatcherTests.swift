import Scenarios
import Testing

/// The matchers of criteria, as scenarios write them.
@Suite struct MatcherTests {
    /// Whether a matcher of a field holds for the LoadImage and CreateProcess of a case.
    private func holds(_ criteria: String) throws -> Bool {
        let report = try TestedScenario.report(
            """
            scenario: 1
            name: matcher
            steps:
              - createProcess:
                  as: app
                  processId: 900
                  imageFileName: 'C:\\Tools\\App.exe'
                  commandLine: app.exe /x
                  sessionId: 3
                  token: {integrityLevel: 0x2000}
              - expect:
                  - messages: {kind: direct, \(criteria)}
            """)
        #expect(report.error == nil)
        return report.verdict == .pass
    }

    @Test(arguments: [
        "operation: CreateProcess", "sequence: [7, 1]", "operation: [LoadImage, CreateProcess]",
        "operation: {not: LoadImage}", "operation: {glob: 'create*'}", "operation: {regex: 'P.oc'}",
        "operation: {anyOf: [LoadImage, {glob: '*process'}]}", "process: app", "process: 900", "process: [4, app]",
        "sequence: 1", "sequence: {from: 1, to: 1}", "sequence: {from: 0}", "status: STATUS_SUCCESS", "status: 0",
        "status: '0x0'", "durationMicroseconds: {present: true}", "data: {imageFileName: '*\\app.EXE'}",
        "data: {commandLine: 'app.exe /x'}", "data: {commandLine: {regex: '/x$'}}", "data: {sessionId: 3}",
        "data: {tokenIntegrityLevel: 0x2000}", "data: {tokenIntegrityLevel: '0x2000'}",
        "data: {tokenIntegrityLevel: 8192}", "data: {currentProcess: app, createFlag: 1}",
        "data: {commandLine: {regex: app, glob: '*X'}}", "notificationNumber: 1", "bytes: {present: true}",
        "routine: MpCreateProcessNotifyRoutineEx", "data: {sessionId: {not: [1, 2]}}",
    ])
    func `a matcher that is met`(_ criteria: String) throws {
        #expect(try holds(criteria))
    }

    @Test(arguments: [
        "operation: Wow64cpuLoad", "operation: [LoadImage, Wow64cpuLoad]", "operation: {not: [CreateProcess]}",
        "operation: {regex: '^Load'}", "process: 4", "sequence: {from: 2}", "sequence: {to: 0}",
        "status: STATUS_TIMEOUT", "durationMicroseconds: {present: false}", "data: {imageFileName: app.exe}",
        "data: {commandLine: 'APP.EXE /X'}", "data: {commandLine: {regex: 'X'}}", "data: {sessionId: 4}",
        "data: {sessionId: {not: 3}}", "data: {commandLine: {regex: app, glob: '*y'}}",
        "data: {createFlag: 0}", "bytes: '5d'",
    ])
    func `a matcher that is not met`(_ criteria: String) throws {
        #expect(try !holds(criteria))
    }

    @Test func `each round of a repeat knows the steps before it`() {
        TestedScenario.expectPass(
            """
            scenario: 1
            name: rounds
            steps:
              - {id: made, createProcess: {as: app, imageFileName: 'C:\\app.exe'}}
              - repeat:
                  times: 2
                  steps:
                    - createThread: {as: 't-${i}', target: app}
                      expect:
                        - {outcome: {created: true}, of: made}
                        - {routine: MpCreateProcessNotifyRoutineEx, of: made}
            """)
    }

    @Test func `rules are compared as a whole, or by their bits`() {
        TestedScenario.expectPass(
            """
            scenario: 1
            name: rules
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe', rules: [NotifyImageLoadRule, NotifyProcessCmdLine]}
              - expect:
                  - {process: a, rules: [NotifyProcessCmdLine, NotifyImageLoadRule]}
                  - {process: a, rules: 0x28000000}
                  - {process: a, rules: {has: [NotifyImageLoadRule], lacks: [NotifyWow64cpuLoad]}}
                  - {process: a, rules: {not: [NotifyImageLoadRule]}}
                  - {process: a, rules: {anyOf: [[NotifyImageLoadRule], {has: 0x8000000}]}}
            """)
    }

    @Test func `an expression that costs too much is an error of the scenario`() throws {
        let report = try TestedScenario.report(
            """
            scenario: 1
            name: costly
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe', commandLine: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!}
              - expect:
                  - messages: {data: {commandLine: {regex: '^(a|a)*$'}}, operation: CreateProcess}
            """)
        #expect(report.verdict == .error)
        #expect(report.error?.detail.hasPrefix("too costly") == true)
        #expect(report.error?.line == 6)
    }
}

/// Names of processes on several hosts.
@Suite struct HostNameTests {
    @Test func `a name of one host never stands for a process of another, even with its pid and creation time`() throws
    {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: two hosts
            hosts: {one: {}, two: {}}
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe'}
              - host: two
                createProcess: {as: b, imageFileName: 'C:\\b.exe'}
                expect:
                  - {messages: {process: b}, exactly: 1}
                  - {messages: {process: a}, exactly: 1}
            """)
        #expect(failure.line == 10)
    }
}

/// Messages that a list does not mention.
@Suite struct NothingElseTests {
    @Test func `criteria of messages that must not come allow none`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: other
            steps:
              - id: first
                createProcess: {as: a, imageFileName: 'C:\\a.exe'}
              - exitProcess: a
              - expect:
                  - messages: {operation: CreateProcess, kind: async}
                    by: first
                    never: true
                  - messages: {operation: CreateProcess, kind: direct}
                  - nothingElse: true
            """)
        #expect(failure.found == 1 && failure.matched == [2])
    }
}

/// Processes that exit, and pids that are used again.
@Suite struct ReusedPidTests {
    @Test func `a pid that is used again at the same instant is another process`() {
        TestedScenario.expectPass(
            """
            scenario: 1
            name: reused
            steps:
              - createProcess: {as: a, processId: 900, imageFileName: 'C:\\a.exe'}
              - exitProcess: a
              - createProcess: {as: b, processId: 900, imageFileName: 'C:\\b.exe'}
              - fails: unknown-process
                loadImage: {process: a, fullImageName: 'C:\\x.dll'}
              - expect:
                  - {process: a, exists: false}
                  - {process: b}
                  - {messages: {process: b}, exactly: 1}
                  - {messages: {process: a}, exactly: 2}
            """)
    }

    @Test func `a wait that is longer than the case may take fails`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: too long
            time: real
            timeout: 50ms
            steps:
              - wait: 60s
            """)
        #expect(failure.detail == "not done after 50 ms, in step 1")
    }
}
