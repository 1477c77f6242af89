import ScenarioFile
import Testing

@Suite struct ImpossibleCriteriaTests {
    private func faults(_ criteria: String) -> [String] {
        fileFaults("scenario: 1\nname: x\nsteps:\n  - expect: [{messages: {\(criteria)}}]\n").map {
            String($0.trimmingPrefix("4: steps[0].expect[0].messages."))
        }
    }

    @Test(arguments: [
        (
            "operation: LoadImage, routine: MpCreateThreadNotifyRoutine",
            "routine: can never hold beside the operation or kind: MpCreateThreadNotifyRoutine makes no such message; "
                + "it makes sync NewThreadSameProcess, sync NewThreadDifferentProcess, async CreateThread"
        ),
        (
            "kind: sync, routine: MpAsyncSendNotification",
            "routine: can never hold beside the operation or kind: MpAsyncSendNotification makes no such message"
        ),
        (
            "operation: NewThreadSameProcess, clearedRule: NotifyImageLoadRule",
            "clearedRule: can never hold: an acknowledgment of such a message clears NotifyNewThreadSameProcess"
        ),
        (
            "kind: sync, acknowledged: true, delivery: notSent",
            "delivery: can never hold beside acknowledged, which leaves delivery sent"
        ),
        (
            "delivery: [queued, dropped], clearedRule: NotifyImageLoadRule",
            "clearedRule: can never hold beside delivery, which leaves delivery queued or dropped"
        ),
        (
            "kind: async, droppedFor: {from: 3}, delivery: sent",
            "delivery: can never hold beside droppedFor, which leaves delivery dropped"
        ),
        (
            "delivery: sent, status: STATUS_TIMEOUT",
            "status: can never hold beside delivery, which leaves delivery sent"
        ),
        (
            "status: STATUS_SUCCESS, delivery: [failed, notSent]",
            "delivery: can never hold beside status, which leaves delivery sent or queued or inHand or dropped"
        ),
        (
            "kind: sync, delivery: queued",
            "delivery: can never hold beside kind, which leaves delivery sent or failed or notSent or inHand"
        ),
        (
            "delivery: dropped, reply: {httpStatus: 200}",
            "reply: can never hold beside delivery, which leaves delivery dropped"
        ),
        (
            "delivery: queued, durationMicroseconds: {to: 5}",
            "durationMicroseconds: can never hold beside delivery, which leaves delivery queued"
        ),
        (
            "kind: async, clearedRule: {present: true}",
            "clearedRule: can never hold: async messages have no clearedRule"
        ),
        (
            "kind: sync, notificationNumber: 5",
            "notificationNumber: can never hold: sync messages have no notificationNumber"
        ),
        (
            "operation: LoadImage, acknowledged: false",
            "acknowledged: can never hold: async messages have no acknowledged"
        ),
        (
            "routine: MpAsyncSendNotification, clearedRule: NotifyImageLoadRule",
            "clearedRule: can never hold: async messages have no clearedRule"
        ),
        (
            "routine: MpLoadImageNotifyRoutine, clearedRule: NotifyNewThreadSameProcess",
            "clearedRule: can never hold: an acknowledgment of such a message clears NotifyImageLoadRule"
        ),
        (
            "acknowledged: false, clearedRule: NotifyImageLoadRule",
            "clearedRule: can never hold beside acknowledged: false; only an acknowledgment clears a rule"
        ),
        (
            "operation: LoadImage, kind: direct",
            "operation: can never hold beside the kind: such messages are async"
        ),
        (
            "operation: 3, kind: sync, notificationNumber: 1",
            "notificationNumber: can never hold: sync messages have no notificationNumber"
        ),
        (
            "operation: [PanicMode, LogPrint], notificationNumber: [1, 2]",
            "notificationNumber: can never hold: messages of types from 0xA on have the number 0 (ASY-2)"
        ),
        (
            "operation: CreateProcess, notificationNumber: 0",
            "notificationNumber: can never hold: the numbers of such messages begin with 1 (ASY-2)"
        ),
        ("operation: 4, kind: sync", "operation: 4 is not an operation of sync messages"),
        (
            "operation: 3, kind: sync, clearedRule: NotifyImageLoadRule",
            "clearedRule: can never hold: an acknowledgment of such a message clears NotifyNewThreadDifferentProcess"
        ),
        (
            "operation: CreateThread, delivery: notSent",
            "delivery: can never hold beside operation, which leaves delivery sent or failed or queued or inHand or dropped"
        ),
        (
            "kind: sync, status: STATUS_SUCCESS, delivery: [dropped, failed]",
            "delivery: can never hold beside kind and status, which leave delivery sent or inHand"
        ),
        (
            "delivery: notSent, status: STATUS_PORT_DISCONNECTED",
            "status: can never hold beside delivery, which leaves delivery notSent"
        ),
        (
            "kind: async, reply: {operationType: 3}",
            "reply.operationType: can never hold: only replies to sync messages have operationType"
        ),
        (
            "kind: [sync, async], reply: {httpStatus: 200, accessDenied: true, rules: {present: false}}",
            "reply.accessDenied: can never hold: only replies to direct CreateProcess messages have accessDenied"
        ),
        (
            "operation: Wow64cpuLoad, reply: {flags: ['0x1']}",
            "reply.flags: can never hold: only replies to direct CreateProcess messages have flags"
        ),
    ])
    func `criteria that no message can meet are refused`(criteria: String, fault: String) {
        #expect(faults(criteria) == [fault])
    }

    @Test(arguments: [
        "operation: CreateProcess, routine: MpAsyncSendNotification, kind: async",
        "operation: [LoadImage, CreateThread], routine: MpCreateThreadNotifyRoutine",
        "routine: {glob: 'MpCreate*'}, operation: LoadImage", "acknowledged: false, delivery: failed",
        "delivery: [queued, sent], acknowledged: true", "clearedRule: {present: false}, delivery: notSent",
        "delivery: failed, status: STATUS_TIMEOUT", "delivery: notSent, status: STATUS_CANCELLED",
        "delivery: dropped, status: STATUS_SUCCESS", "delivery: {not: sent}, acknowledged: true",
        "delivery: failed, reply: {httpStatus: 500}", "delivery: sent, droppedFor: {present: false}",
        "operation: NewImageLoadPerStream, clearedRule: NotifyImageLoadRule",
        "status: [0x0, STATUS_TIMEOUT], delivery: sent",
        "kind: async, clearedRule: {present: false}", "kind: async, clearedRule: {not: NotifyImageLoadRule}",
        "kind: sync, droppedFor: {anyOf: [{present: false}, 5]}", "kind: sync, notificationNumber: {present: false}",
        "acknowledged: false, clearedRule: {present: false}",
        "acknowledged: [true, false], clearedRule: NotifyImageLoadRule",
        "operation: [PanicMode, CreateProcess], notificationNumber: 0",
        "operation: PanicMode, notificationNumber: [0, 1]", "notificationNumber: 7", "notificationNumber: 0",
        "operation: CreateProcess, notificationNumber: {from: 0}",
        "operation: CreateProcess, kind: direct", "operation: [LoadImage, Wow64cpuLoad], kind: direct",
        "operation: CreateProcess, reply: {accessDenied: false, rules: [NotifyImageLoadRule]}",
        "kind: async, reply: {httpStatus: 200, accessDenied: {present: false}}", "operation: 15, kind: direct",
        "routine: MpLoadImageNotifyRoutine, data: {threadId: 5}", "delivery: notSent, status: 0xc0000120",
        "kind: sync, status: STATUS_SUCCESS, delivery: [inHand, dropped]",
    ])
    func `criteria that a message can meet are read`(criteria: String) {
        #expect(faults(criteria).isEmpty)
    }

    @Test(arguments: [
        (
            "created: true, accessDenied: true",
            "accessDenied: can never hold beside created: true; a process is either created or denied"
        ),
        (
            "accessDenied: false, created: false",
            "accessDenied: can never hold beside created: false; a process is either created or denied"
        ),
        ("created: false, accessDenied: true", nil), ("created: {not: true}, accessDenied: true", nil),
    ])
    func `a process is either created or denied`(outcome: String, fault: String?) {
        let text =
            "scenario: 1\nname: x\nsteps:\n  - createProcess: {imageFileName: a}\n    expect: [{outcome: {\(outcome)}}]\n"
        #expect(fileFaults(text) == fault.map { ["5: steps[0].expect[0].outcome." + $0] } ?? [])
    }

    @Test(arguments: [
        (
            "loadImage: {process: 4, fullImageName: a}, expect: [{routine: MpCreateThreadNotifyRoutine}]",
            "steps[1].expect[0].routine: loadImage does not run MpCreateThreadNotifyRoutine; name a step that does with of"
        ),
        (
            "loadImage: {process: 4, fullImageName: a}, expect: [{routine: MpLoadImageNotifyRoutine, of: made}]",
            "steps[1].expect[0].routine: createProcess does not run MpLoadImageNotifyRoutine; name a step that does with of"
        ),
        (
            "expect: [{routine: MpLoadImageNotifyRoutine}]",
            "steps[1].expect[0].routine: a step without an action does not run MpLoadImageNotifyRoutine; name a step that does with of"
        ),
        (
            "wait: {until: [{routine: MpCreateProcessNotifyRoutineEx}]}",
            "steps[1].wait.until[0].routine: wait does not run MpCreateProcessNotifyRoutineEx; name a step that does with of"
        ),
        (
            "wait: {until: [{outcome: {created: true}}]}",
            "steps[1].wait.until[0].outcome: only createProcess and replay have an outcome; name such a step with of"
        ),
        ("loadImage: {process: 4, fullImageName: a}, expect: [{routine: MpLoadImageNotifyRoutine}]", nil),
        ("expect: [{routine: MpCreateProcessNotifyRoutineEx, of: made}, {outcome: {created: true}, of: made}]", nil),
        (
            "deleteThread: t, expect: [{routine: MpCreateThreadNotifyRoutineEx}]",
            "steps[1].deleteThread: no thread is called \"t\" here"
        ),
    ])
    func `a routine that the step does not run is refused`(step: String, fault: String?) {
        let made = "{id: made, createProcess: {imageFileName: a}}"
        let text = "scenario: 1\nname: x\nsteps:\n  - \(made)\n  - {\(step)}\n"
        #expect(fileFaults(text) == fault.map { ["5: " + $0] } ?? [])
    }
}
