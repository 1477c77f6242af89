import JSON
import Scenarios
import TestSupport
import Testing

/// Why an expectation did not hold, and what would have made it hold (sections 3.1 to 3.3 of the format).
@Suite struct ExplanationTests {
    @Test func `PRC-5: a rule that comes after the creation is named as the cause, and the change was run`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: late
            steps:
              - createProcess: {as: app, processId: 900, imageFileName: 'C:\\app.exe', commandLine: app.exe}
              - setRules: {process: app, set: [NotifyProcessCmdLine]}
              - setCommandLine: {process: app, commandLine: app.exe -x}
              - id: spawn
                createThread: {target: app, creator: app}
              - expect:
                  - messages: {operation: NewThreadAndCmdLine, process: app}
                    exactly: 1
            """)
        #expect(failure.line == 10)
        #expect(failure.expected == "exactly 1")
        #expect(failure.found == 0)
        #expect(failure.scope == 1)
        #expect(failure.nearest.map(\.sequence) == [1])
        #expect(failure.nearest[0].criteria.map(\.isMet) == [false, true])
        let decision = try #require(failure.why.first?.decision)
        #expect(decision.place.step == "4")
        #expect(decision.place.id == "spawn")
        #expect(decision.place.line == 8)
        #expect(decision.routine == "MpCreateThreadNotifyRoutineEx")
        #expect(decision.decidedBy == "MpProcessTable->CreateThreadNotifyLock != 0")
        #expect(!decision.holds)
        #expect(decision.cause?.kind == .never)
        #expect(decision.cause?.rule == "PRC-5")
        #expect(decision.cause?.place?.line == 5)
        let change = try #require(failure.change.first)
        #expect(change.verified)
        #expect(change.place?.line == 4)
        #expect(
            String(decoding: change.edit.bytes, as: UTF8.self)
                == #"{"createProcess":{"rules":["NotifyProcessCmdLine"]}}"#)
    }

    @Test func `explaining a run takes a time that grows with its steps, not with their square`() throws {
        func time(of rounds: Int) throws -> Duration {
            try threadTime {
                let failure = try TestedScenario.failure(
                    """
                    scenario: 1
                    name: long
                    steps:
                      - repeat:
                          times: \(rounds)
                          steps:
                            - createProcess: {as: 'p${i}', imageFileName: 'C:\\a.exe', rules: [NotifyNewThreadSameProcess]}
                            - createThread: {target: 'p${i}'}
                      - createProcess: {as: app, imageFileName: 'C:\\app.exe'}
                      - createThread: {target: app}
                        expect:
                          - messages: {operation: NewThreadSameProcess}
                    """)
                #expect(failure.change.count == 1)
            }
        }
        let short = try time(of: 500)
        let long = try time(of: 2000)
        #expect(long < short * 10, "\(short) and \(long)")
    }

    /// The causes of a rule, each made by its own steps.
    private static let causes: [(steps: String, kind: Cause.Kind, line: Int?)] = [
        ("", .never, nil),
        (
            "  - setRules: {process: a, set: [NotifyNewThreadSameProcess]}\n  - setRules: {process: a, clear: [NotifyNewThreadSameProcess]}\n",
            .step, 6
        ),
        (
            "  - setRules: {process: a, set: [NotifyNewThreadSameProcess]}\n  - createThread: {target: a}\n",
            .acknowledgement, 6
        ),
    ]

    @Test(arguments: causes.indices)
    func `THR-3: who cleared the rule last is named`(_ index: Int) throws {
        let (steps, kind, line) = Self.causes[index]
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: cause
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe'}

            """ + steps + """
                  - createThread: {target: a}
                    expect:
                      - messages: {operation: NewThreadSameProcess}
                """)
        let cause = try #require(failure.why.first?.decision?.cause)
        #expect(cause.kind == kind)
        #expect(cause.place?.line == line)
        #expect(failure.change.first?.verified == true)
    }

    @Test func `THR-2: a creator that has exited is named, with the step that ended it`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: exited
            steps:
              - createProcess: {as: a, processId: 700, imageFileName: 'C:\\a.exe', rules: [NotifyNewThreadDifferentProcess]}
              - createProcess: {as: b, imageFileName: 'C:\\b.exe'}
              - exitProcess: a
              - createThread: {target: b, creator: 700}
                expect:
                  - messages: {operation: NewThreadDifferentProcess}
            """)
        let decision = try #require(failure.why.first?.decision)
        #expect(decision.decidedBy == "MpGetProcessContextById(PsGetCurrentProcessId())")
        #expect(decision.cause?.kind == .exit)
        #expect(decision.cause?.place?.line == 6)
        #expect(failure.change.map(\.verified) == [true])
    }

    @Test func `TEX-2: the thread that used up the flag is named`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: used up
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe', rules: [NotifyProcessCmdLine]}
              - createProcess: {as: other, imageFileName: 'C:\\b.exe', rules: [NotifyProcessCmdLine]}
              - createThread: {target: a}
              - setCommandLine: {process: a, commandLine: other.exe}
              - createThread: {target: a}
                expect:
                  - messages: {operation: NewThreadAndCmdLine}
            """)
        let decision = try #require(failure.why.first?.decision)
        #expect(decision.decidedBy == "ProcessFlags & ThreadNotifyRoutineExSet (0x400)")
        #expect(decision.cause?.place?.line == 6)
    }

    @Test func `ASY-4: a dropped message says for which other, and since when the worker is paused`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: dropped
            config: {maxAsyncNotificationCount: 2}
            steps:
              - worker: pause
              - createProcess: {as: a, imageFileName: 'C:\\a.exe'}
              - repeat:
                  times: 5
                  steps:
                    - loadImage: {process: a, fullImageName: 'C:\\${i}.dll'}
              - expect:
                  - messages: {operation: LoadImage, delivery: queued}
                    exactly: 5
            """)
        guard case .dropped(let dropped)? = failure.why.first else {
            Issue.record("\(failure.why)")
            return
        }
        #expect(dropped.message == 4 && dropped.dropper == 6 || dropped.dropper == dropped.message + 2)
        #expect(dropped.limit == 2)
        #expect(dropped.pausedBy?.line == 5)
        #expect(
            String(decoding: failure.change[0].edit.bytes, as: UTF8.self)
                == #"{"config":{"maxAsyncNotificationCount":5}}"#)
        #expect(failure.change[0].verified)
    }

    @Test func `SYN-6: a timeout says the limit, and the least that the engine must be faster`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: slow
            config: {syncMonitorNotificationTimeoutMs: 100}
            engine: {delayMs: 150}
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe', rules: [NotifyImageLoadRule]}
              - loadImage: {process: a, fullImageName: 'C:\\x.dll'}
                expect:
                  - messages: {operation: NewImageLoadPerProcess, delivery: sent}
            """)
        guard case .delivery(let delivered)? = failure.why.first else {
            Issue.record("\(failure.why)")
            return
        }
        #expect(delivered.status == "STATUS_TIMEOUT")
        #expect(delivered.timeout?.setting == "syncMonitorNotificationTimeoutMs")
        #expect(delivered.engineDelayMs == 150)
        #expect(delivered.engineLine == 4)
        #expect(String(decoding: failure.change[0].edit.bytes, as: UTF8.self) == #"{"engine":{"delayMs":99}}"#)
    }

    @Test func `SYN-4: a message that was not sent names those that held the permits`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: full
            config: {sendingSyncSemaphoreLimit: 2, syncMonitorNotificationTimeoutMs: 100}
            engine: {delayMs: 99}
            steps:
              - repeat:
                  times: 4
                  steps:
                    - createProcess: {as: 'p${i}', imageFileName: 'C:\\p.exe', rules: [NotifyImageLoadRule]}
              - wait: 1s
              - engine: {replies: [{kind: sync, delayMs: 90}, {kind: direct}]}
              - {id: w, background: true, loadImage: {process: p0, fullImageName: 'C:\\x.dll'}}
              - {id: x, background: true, loadImage: {process: p1, fullImageName: 'C:\\x.dll'}}
              - config: {syncMonitorNotificationTimeoutMs: 50}
              - {id: y, background: true, loadImage: {process: p2, fullImageName: 'C:\\x.dll'}}
              - await: [w, x, y]
                expect:
                  - messages: {operation: NewImageLoadPerProcess, delivery: notSent}
                    never: true
                    anywhere: true
                  - messages: {operation: NewImageLoadPerProcess, process: p2, delivery: [failed, sent]}
                    anywhere: true
            """, at: 1)
        let delivered = failure.why.compactMap { reason -> Reason.Delivered? in
            if case .delivery(let delivered) = reason { delivered } else { nil }
        }
        #expect(delivered.first?.delivery == "notSent")
        #expect(delivered.first?.holders == [6, 8])
        #expect(delivered.first?.timeout?.setting == "sendingSyncSemaphoreLimit")
    }

    @Test func `criteria without an operation are explained by the routine that came the furthest`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: any
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe'}
              - createProcess: {as: b, imageFileName: 'C:\\b.exe'}
              - createThread: {target: b, creator: a}
                expect:
                  - messages: {kind: sync}
            """)
        let decision = try #require(failure.why.first?.decision)
        #expect(decision.makes == "NewThreadDifferentProcess")
        #expect(decision.decidedBy == "ProcessRules & NotifyNewThreadDifferentProcess (0x400000)")
        #expect(failure.subject == "sync messages")
        #expect(failure.change.first?.verified == true)
    }

    @Test func `nothing in scope could have made the message`() throws {
        let failure = try TestedScenario.failure(
            """
            scenario: 1
            name: absent
            steps:
              - createProcess: {as: a, imageFileName: 'C:\\a.exe'}
              - expect:
                  - messages: {operation: LoadImage, process: a}
            """)
        guard case .absent(let event, _)? = failure.why.first else {
            Issue.record("\(failure.why)")
            return
        }
        #expect(event == "loadImage")
    }
}

extension Reason {
    fileprivate var decision: Decision? { if case .decision(let decision) = self { decision } else { nil } }
}
