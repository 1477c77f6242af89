import Driver
import Messages

extension Vocabulary {
    static let statuses: [Term] = NTStatus.named.map { status, name in
        let meaning =
            switch status {
            case .success: "the engine took the message and answered; none yet, in a counter"
            case .timeout: "no answer in time; here a failure, although NT_SUCCESS would take it for success (SYN-6)"
            case .bufferOverflow: "the reply is larger than its buffer"
            case .invalidParameter: "a parameter is missing or out of range (SYN-2)"
            case .portDisconnected: "nobody is connected, or the connection was lost"
            case .cancelled: "a wait was given up because the driver unloads (SYN-4)"
            default: "something else went wrong"
            }
        let provenance: Provenance =
            status == .success || status == .timeout || status == .invalidParameter
            ? .known("part 2") : .decided("the driver hands on what FltSendMessage returns")
        return Term(name, driverName: name, value: .status(status.rawValue), provenance, meaning)
    }

    static let routines: [Term] = DriverRoutine.allCases.map { routine in
        let (rules, meaning) =
            switch routine {
            case .createProcessNotifyEx: ("PRC", "a process is created or exits")
            case .createThreadNotify: ("THR", "a thread is created; runs on the creating thread")
            case .createThreadNotifyEx: ("TEX", "a thread is created; runs on the new thread")
            case .loadImageNotify: ("IMG", "an image is loaded")
            case .sendSyncMonitorNotification: ("SYN", "sends a synchronous message and waits for its answer")
            case .asyncSendNotification: ("ASY", "puts a message into the asynchronous queue")
            }
        let part = routine == .createProcessNotifyEx ? "part 1" : "part 2"
        return Term(routine.rawValue, driverName: routine.rawValue, .known(part), "\(meaning) (\(rules))")
    }

    static let counters: [Term] = [
        counter("sync.*.notificationsCount", "MpData.SyncNotifications[op].NotificationsCount", "sends (SYN-5)"),
        counter("sync.*.totalTimeMicroseconds", "MpData.SyncNotifications[op].Timestamp", "time spent sending (SYN-5)"),
        counter("sync.*.recvCount", "MpData.SyncNotificationRecvCount[op]", "replies that matched (SYN-9)"),
        counter(
            "sync.*.recvErrorCount", "MpData.SyncNotificationsRecvErrorCount[op]", "replies that did not (SYN-8)"),
        counter(
            "sync.*.errorCount", "MpData.ErrorSyncNotificationsCount[op]", "not acquired, or failed (SYN-4, SYN-6)"),
        counter("sync.*.errorStatus", "MpData.ErrorSyncNotificationsStatus[op]", "the last such status"),
        counter("sync.*.ioTimeoutCount", "MpData.SyncNotificationsIoTimeoutCount[op]", "time-outs (SYN-6)"),
        counter("async.asyncNotificationCount", "MpData.AsyncNotificationCount", "numbered messages (ASY-2)"),
        counter(
            "async.failedNotifications", "MpAsync.FailedNotifications, AsyncMessagesFailed",
            "failed or dropped (ASY-4, ASY-7, ASY-8)"),
        counter(
            "async.totalSizeNotificationsSent", "MpAsync.TotalSizeNotificationsSent",
            "bytes taken from the queue, sent or failed (ASY-7)"),
        counter(
            "async.totalSizeRemainingNotifications", "MpAsync.TotalSizeRemainingNotifications",
            "bytes in the queue (ASY-3)"),
        counter("async.notificationsCount", "MpAsync.NotificationsCount", "messages in the queue (ASY-3)"),
        ours("async.enqueued", "messages that the queue took in (ASY-10)"),
        ours("async.sent", "messages that the engine took (ASY-10)"),
        ours("async.sendFailed", "messages whose send failed (ASY-10)"),
        ours("async.droppedOnOverflow", "messages that made room in a full queue (ASY-4, ASY-10)"),
        ours("async.queued", "messages in the queue (ASY-10)"),
        ours("async.inHand", "messages that the worker is sending (ASY-10)"),
        counter("direct.fltSendMessageCount", "FltSendMessageCount", "direct sends (PRC-6)", in: "part 1"),
        counter(
            "direct.totalTimeMicroseconds", "FltSendMessageTimeStamp", "time spent on them (PRC-6)", in: "part 1"),
        counter("direct.fltSendMessageError", "FltSendMessageError", "failed ones (PRC-6)", in: "part 1"),
        counter(
            "direct.fltSendMessageErrorCode", "FltSendMessageErrorCode", "the last such status (PRC-6)", in: "part 1"),
        counter(
            "direct.fltSendMessageStatusTimeout", "FltSendMessageStatusTimeout", "time-outs (PRC-6)", in: "part 1"),
        Term(
            "direct.fltSendMessageReplyBufferMismatch", driverName: "FltSendMessageReplyBufferMismatch",
            .inferred("from its name"), "replies to CreateProcess that fail the checks (PRC-3)"),
        counter(
            "processTable.createThreadNotifyLock", "MpProcessTable.CreateThreadNotifyLock",
            "processes that the Ex routine may still have to look at (PRC-5, TEX-2)"),
    ]

    static let structures: [Term] = [
        structure("MP_DATA", 0xDA00, "size 0xCC0; everything else hangs off it", in: "part 1"),
        structure("MP_ASYNC", 0xDA07, "size 0x180; the asynchronous queue", in: "part 2"),
        structure("MP_ASYNC_NOTIFICATION", 0xDA08, "size 0x18; an entry of the queue", in: "part 2"),
        structure(
            "MP_ASYNC_NOTIFICATION, freed", 0xBABA_FAFA, "its first bytes once it was sent or dropped", in: "part 2"),
        structure("ProcessCtx", 0xDA0F, "size 0xC0; a process context", in: "part 1"),
        structure("MP_PROCESS_TABLE", 0xDA13, "size 0x1C0, 128 list heads", in: "part 1"),
        structure("AsyncMessageData", 0x0002_015D, "a message that is queued or sent directly", in: "memory dumps"),
        structure("SyncMessageData", 0x5D, "header size 0x30; a synchronous message", in: "part 2"),
        structure("ReplyAsyncMessage", 0x5D, "size 0x60; the reply to CreateProcess", in: "part 1 and the header"),
        Term(
            "ReplySyncMessage", driverName: "ReplySyncMessage", .known("part 2 and the header"),
            "the reply to a synchronous message; no magic"),
        Term(
            "UNICODE_STRING", driverName: "UNICODE_STRING", .inferred("Windows upcases unit by unit"),
            "the name of a file or an image; compared by simple upper case, one UTF-16 unit to one"),
    ]

    private static func counter(
        _ name: String, _ driverName: String, _ meaning: String, in source: String = "part 2"
    ) -> Term {
        Term(name, driverName: driverName, .known(source), meaning)
    }

    private static func ours(_ name: String, _ meaning: String) -> Term {
        Term(name, driverName: nil, .decided("so that the sum of ASY-10 can be seen"), meaning)
    }

    private static func structure(_ name: String, _ magic: UInt64, _ meaning: String, in source: String) -> Term {
        Term(name, driverName: name, value: .hex(magic), .known(source), meaning)
    }
}
