import DequeModule
public import Messages

/// The asynchronous queue: two lists that share one limit.
///
/// Driver: `MP_ASYNC` with HighPriorityNotificationsList and NotificationsList. AsyncSemaphore has no counter of its
/// own here: a permit is released exactly when NotificationsCount grows and taken exactly when it shrinks (ASY-3 to
/// ASY-5), so the count is the number of permits.
struct AsyncQueueState {
    /// HighPriorityNotificationsList.
    private(set) var highPriority: Deque<AsyncNotification> = []
    /// NotificationsList.
    private(set) var normal: Deque<AsyncNotification> = []
    /// The global that the driver compares with AsyncStarvationLimit.
    private(set) var starvationCounter = 0
    /// MP_ASYNC.TotalSizeRemainingNotifications, bytes.
    private(set) var totalSizeRemainingNotifications = 0

    /// MP_ASYNC.NotificationsCount.
    var notificationsCount: Int { highPriority.count + normal.count }

    /// Appends a message: `MpAsyncSendNotification` (ASY-3, ASY-4).
    ///
    /// Returns the message that was dropped to make room when the queue is full: the oldest of the same list, else the
    /// oldest of the other list, else `notification` itself.
    mutating func append(_ notification: AsyncNotification, limit: Int) -> AsyncNotification? {
        var dropped: AsyncNotification?
        if notificationsCount >= limit {
            dropped =
                notification.isHighPriority
                ? highPriority.popFirst() ?? normal.popFirst() : normal.popFirst() ?? highPriority.popFirst()
            guard let dropped else { return notification }
            totalSizeRemainingNotifications -= dropped.size
        }
        if notification.isHighPriority { highPriority.append(notification) } else { normal.append(notification) }
        totalSizeRemainingNotifications += notification.size
        return dropped
    }

    /// Removes messages until the queue is within `limit` bytes: the oldest of the list of `appended` first, then the
    /// oldest of the other list, `appended` itself last. Ours, modeled on the limit by number (ASY-4).
    mutating func takeExcess(over limit: Int, for appended: AsyncNotification) -> [AsyncNotification] {
        var excess: [AsyncNotification] = []
        while totalSizeRemainingNotifications > limit {
            let own = appended.isHighPriority ? highPriority.count : normal.count
            let takesOther = own == 1 && notificationsCount > 1
            guard let oldest = popFirst(ofHighPriority: appended.isHighPriority != takesOther) else { break }
            totalSizeRemainingNotifications -= oldest.size
            excess.append(oldest)
        }
        return excess
    }

    private mutating func popFirst(ofHighPriority isHighPriority: Bool) -> AsyncNotification? {
        isHighPriority ? highPriority.popFirst() : normal.popFirst()
    }

    /// Takes the next message to send: the choice of `MpAsyncpWorkerThread` (ASY-6, ASY-7).
    mutating func takeNext(starvationLimit: Int) -> AsyncNotification? {
        if notificationsCount == 0 { return nil }
        let taken: AsyncNotification?
        if starvationCounter == starvationLimit {
            starvationCounter = 0
            taken = normal.popFirst() ?? takeHighPriority()
        } else if let high = takeHighPriority() {
            taken = high
        } else {
            starvationCounter = 0
            taken = normal.popFirst()
        }
        totalSizeRemainingNotifications -= taken?.size ?? 0
        return taken
    }

    private mutating func takeHighPriority() -> AsyncNotification? {
        guard let high = highPriority.popFirst() else { return nil }
        starvationCounter &+= 1
        return high
    }
}

/// A queued message.
///
/// Driver: `MP_ASYNC_NOTIFICATION`, magic 0xDA08, size 0x18.
public struct AsyncNotification: Hashable, Sendable {
    /// The message and its delivery state.
    public internal(set) var record: MessageRecord
    /// MessageBufferSize: the message's size less 8 (ASY-8), bytes.
    public let size: Int
    /// Whether it waits in HighPriorityNotificationsList.
    public let isHighPriority: Bool

    /// When it was appended, on the host's clock.
    public var enqueuedAt: FileTime { record.message.time }
}
