/// Why the worker took a message from its list (ASY-6, ASY-7).
public struct WorkerChoice: Hashable, Sendable {
    /// Whether the message was in HighPriorityNotificationsList.
    public let isHighPriority: Bool
    /// The starvation counter before.
    public let counterBefore: Int
    /// The starvation counter afterwards.
    public let counterAfter: Int
    /// AsyncStarvationLimit.
    public let limit: Int

    /// The reason for the choice of the list, in the driver's terms.
    public enum Reason: String, CaseIterable, Sendable {
        /// The counter differs from the limit, and there is a high-priority message.
        case highPriorityFirst
        /// The counter equals the limit, so it is the turn of the other list.
        case starvationLimit
        /// The counter equals the limit, but NotificationsList is empty.
        case normalListEmpty
        /// The counter differs from the limit, but HighPriorityNotificationsList is empty.
        case highPriorityListEmpty
    }

    /// The reason for the choice.
    public var reason: Reason {
        switch (counterBefore == limit, isHighPriority) {
        case (false, true): .highPriorityFirst
        case (true, false): .starvationLimit
        case (true, true): .normalListEmpty
        case (false, false): .highPriorityListEmpty
        }
    }
}

/// A message that the paused worker sent in a step.
public struct WorkerStep: Hashable, Sendable {
    /// The message with its outcome.
    public let record: MessageRecord
    /// Why it was its turn.
    public let choice: WorkerChoice
}
