import Driver
import Messages
import TestSupport
import Testing

// Calls whose completion runs before they return, because the test's engine and work queue run everything at once.
extension Driver {
    func createProcessAtOnce(_ creation: ProcessCreation) throws -> ProcessCreationOutcome {
        let outcome = Received<ProcessCreationOutcome>()
        try createProcess(creation, completion: outcome.take)
        return try #require(outcome.values.first)
    }

    /// Creates process `processId` with the given rules and flags; the image's name has no other effect.
    @discardableResult
    func makeProcess(
        _ processId: UInt32, rules: ProcessRules = [], flags: ProcessFlags? = nil,
        imageFileName: UnicodeString = #"C:\app.exe"#
    ) throws -> ProcessContext {
        var creation = ProcessCreation(imageFileName: imageFileName, processId: processId)
        creation.rules = rules
        creation.flags = flags
        return try #require(try createProcessAtOnce(creation).process)
    }

    func createThreadAtOnce(_ creation: ThreadCreation) throws -> ThreadCreationOutcome {
        let outcome = Received<ThreadCreationOutcome>()
        try createThread(creation, completion: outcome.take)
        return try #require(outcome.values.first)
    }

    func loadImageAtOnce(_ load: ImageLoad) throws -> RoutineReport {
        let reports = Received<[RoutineReport]>()
        try loadImage(load, completion: reports.take)
        return try #require(reports.values.first?.first)
    }

    func sendSyncAtOnce(_ data: SyncData, processId: UInt32) throws -> MessageRecord {
        let record = Received<MessageRecord>()
        try sendSyncNotification(data, processId: processId, completion: record.take)
        return try #require(record.values.first)
    }

    /// Queues `count` messages without data in the list that `highPriority` selects.
    @discardableResult
    func queueMessages(_ count: Int, highPriority: Bool = false) throws -> [UInt64] {
        try (0..<count).map { _ in
            try sendAsyncNotification(.logPrint, .raw([]), highPriority: highPriority).message.sequence
        }
    }

    func syncCounters(_ operation: SyncOperation) throws -> SyncCounters {
        try #require(counters.sync.first { $0.operation == operation }?.counters)
    }
}

extension RoutineReport {
    /// The conditions that were checked, in order, and their results.
    var checks: [Check] { trace.checks.map(\.check) }
    var held: [Bool] { trace.checks.map(\.holds) }
    var operations: [String] { messages.map(\.message.operationName) }
}

extension EngineMessage {
    var sync: SyncMessage? {
        if case .sync(let message) = content { return message }
        return nil
    }

    var async: AsyncMessage? {
        if case .async(let message) = content { return message }
        return nil
    }

    /// The content of CreateProcess and LoadImage.
    var imageLoadAndProcess: ImageLoadAndProcessNotify? {
        if case .imageLoadAndProcess(let notify)? = async?.body { return notify }
        return nil
    }
}

extension CountersSnapshot {
    /// ASY-10.
    var isConserved: Bool {
        let settled = async.sent + async.sendFailed + async.droppedOnOverflow
        return async.enqueued == settled + UInt64(queued) + UInt64(inHand)
    }
}

extension SyncOperation {
    /// A message of the operation, for tests that do not depend on its content.
    var sampleData: SyncData {
        switch self {
        case .newImageLoadPerStream: .newImageLoadPerStream(imageName: #"C:\app.dll"#)
        case .registryEventSync: .registryEventSync(registryData: [1, 2, 3])
        case .newThreadDifferentProcess: .newThreadDifferentProcess(targetProcess: .none)
        case .newImageLoadPerProcess: .newImageLoadPerProcess(imageName: #"C:\app.dll"#)
        case .newThreadSameProcess:
            .newThreadSameProcess(
                ThreadNotifySyncMessage(
                    createdThread: AuxTidCreationTime(threadId: 12, creationTime: .none),
                    currentThread: AuxTidCreationTime(threadId: 8, creationTime: .none), process: .none,
                    threadStartAddress: 0))
        case .newThreadAndCmdLine: .newThreadAndCmdLine(commandLine: "a", currentCommandLine: "b")
        }
    }
}

// Searches that end before they return, and their waits.
extension Driver {
    @discardableResult
    func awaitMessages(
        _ query: MessageQuery, limit: Int, timeout: Duration, completion: @escaping @Sendable (MessagePage) -> Void
    ) -> MessageWait {
        awaitMore(after: messageSearch(query, limit: limit).finish(), timeout: timeout) { completion($0.page) }
    }

    func messageCount(_ query: MessageQuery) -> MessageCount { messageCountSearch(query, atLeast: 1).finish().count }

    @discardableResult
    func awaitCount(
        _ query: MessageQuery, atLeast minimum: Int, timeout: Duration,
        completion: @escaping @Sendable (MessageCount) -> Void
    ) -> MessageWait {
        let found = messageCountSearch(query, atLeast: minimum).finish()
        return awaitMore(after: found, timeout: timeout) { completion($0.count) }
    }
}
