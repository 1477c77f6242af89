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
            "clearedRule: can never hold: an acknowledgment of the operation clears NotifyNewThreadSameProcess"
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
        ("kind: async, clearedRule: {present: false}", "clearedRule: always holds: async messages have no clearedRule"),
        (
            "kind: async, clearedRule: {not: NotifyImageLoadRule}",
            "clearedRule: always holds: async messages have no clearedRule"
        ),
        (
            "kind: sync, droppedFor: {anyOf: [{present: false}, 5]}",
            "droppedFor: always holds: sync messages have no droppedFor"
        ),
    ])
    func `criteria that no message can meet, or that all meet, are refused`(criteria: String, fault: String) {
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
    ])
    func `criteria that a message can meet are read`(criteria: String) {
        #expect(faults(criteria).isEmpty)
    }
}
