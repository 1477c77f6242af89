public import Driver

/// The message outcomes of one or more hosts, added up.
public struct MessageSums: Hashable, Sendable {
    /// Asynchronous messages that were queued (ASY-10).
    public private(set) var enqueued: UInt64 = 0
    /// Asynchronous messages that an engine received.
    public private(set) var sent: UInt64 = 0
    /// Asynchronous messages whose send failed.
    public private(set) var sendFailed: UInt64 = 0
    /// Asynchronous messages that were dropped because the queue was full.
    public private(set) var droppedOnOverflow: UInt64 = 0
    /// Asynchronous messages that are still queued.
    public private(set) var queued: UInt64 = 0
    /// Asynchronous messages that a worker has in hand.
    public private(set) var inHand: UInt64 = 0
    /// Synchronous messages that an engine received, whatever it replied.
    public private(set) var syncSent: UInt64 = 0
    /// Synchronous messages whose send failed.
    public private(set) var syncFailed: UInt64 = 0
    /// Synchronous messages that were not sent because of a flag or the semaphore (SYN-4).
    public private(set) var syncNotSent: UInt64 = 0
    /// Direct messages that an engine received.
    public private(set) var directSent: UInt64 = 0
    /// Direct messages whose send failed.
    public private(set) var directFailed: UInt64 = 0
    /// Synchronous and direct messages that are in flight or wait for the semaphore.
    public private(set) var inFlight: UInt64 = 0

    /// Sums of zero.
    public init() {}

    /// Whether every asynchronous message is accounted for (ASY-10).
    public var isConserved: Bool { enqueued == sent + sendFailed + droppedOnOverflow + queued + inHand }

    /// Adds the counters of one host.
    public mutating func add(_ counters: CountersSnapshot) {
        enqueued += counters.async.enqueued
        sent += counters.async.sent
        sendFailed += counters.async.sendFailed
        droppedOnOverflow += counters.async.droppedOnOverflow
        queued += UInt64(counters.queued)
        inHand += UInt64(counters.inHand)
        for (_, sync) in counters.sync {
            let answered = sync.recvCount + sync.recvErrorCount
            let failed = sync.notificationsCount - answered
            syncSent += answered
            syncFailed += failed
            syncNotSent += sync.errorCount - failed
        }
        directSent += counters.direct.fltSendMessageCount - counters.direct.fltSendMessageError
        directFailed += counters.direct.fltSendMessageError
        inFlight += UInt64(counters.inFlight)
    }
}
