public import Driver

/// What became of the messages of one or more hosts, added up.
public struct MessageSums: Hashable, Sendable {
    /// Asynchronous messages that were taken in (ASY-10).
    public private(set) var enqueued: UInt64 = 0
    /// Those that an engine took.
    public private(set) var sent: UInt64 = 0
    /// Those whose send failed.
    public private(set) var sendFailed: UInt64 = 0
    /// Those that had to go for newer ones.
    public private(set) var droppedOnOverflow: UInt64 = 0
    /// Those that are still queued.
    public private(set) var queued: UInt64 = 0
    /// Those that a worker has in hand.
    public private(set) var inHand: UInt64 = 0
    /// Synchronous messages that an engine took, whatever it replied.
    public private(set) var syncSent: UInt64 = 0
    /// Those whose send failed.
    public private(set) var syncFailed: UInt64 = 0
    /// Those that a flag or the semaphore stopped (SYN-4).
    public private(set) var syncNotSent: UInt64 = 0
    /// Direct messages that an engine took.
    public private(set) var directSent: UInt64 = 0
    /// Those whose send failed.
    public private(set) var directFailed: UInt64 = 0
    /// Synchronous and direct messages that are being sent or wait for the semaphore.
    public private(set) var underWay: UInt64 = 0

    /// None.
    public init() {}

    /// Whether every asynchronous message is accounted for (ASY-10).
    public var isConserved: Bool { enqueued == sent + sendFailed + droppedOnOverflow + queued + inHand }

    /// Adds what one host counts.
    public mutating func add(_ counters: CountersSnapshot) {
        enqueued += counters.async.enqueued
        sent += counters.async.sent
        sendFailed += counters.async.sendFailed
        droppedOnOverflow += counters.async.droppedOnOverflow
        queued += UInt64(counters.queued)
        inHand += UInt64(counters.inHand)
        for (_, sync) in counters.sync {
            let taken = sync.recvCount + sync.recvErrorCount
            let failed = sync.notificationsCount - taken
            syncSent += taken
            syncFailed += failed
            syncNotSent += sync.errorCount - failed
        }
        directSent += counters.direct.fltSendMessageCount - counters.direct.fltSendMessageError
        directFailed += counters.direct.fltSendMessageError
        underWay += UInt64(counters.underWay)
    }
}
