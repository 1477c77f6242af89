import Driver

/// What came of an upload of event lines.
///
/// `lines` is `applied`, everything in `skipped` and `rejectedCount` together.
public struct EventsReport: Equatable, Sendable {
    /// Lines that were read; blank lines are none.
    public internal(set) var lines = 0
    /// Lines whose event the driver was told of.
    public internal(set) var applied = 0
    /// The same by type of event, as native lines name the types.
    public internal(set) var appliedByType: [String: Int] = [:]
    /// Lines that stand for nothing here, by `SkipReason`.
    public internal(set) var skipped: [String: Int] = [:]
    /// Those of them that would have been an event, by its type and then by `SkipReason`.
    public internal(set) var skippedByType: [String: [String: Int]] = [:]
    /// The first lines that were wrong, in the order in which that was noticed.
    public internal(set) var rejected: [RejectedLine] = []
    /// All lines that were wrong.
    public internal(set) var rejectedCount = 0
    /// Messages that the driver made.
    public internal(set) var messages = MessageCounts()
    /// Processes that were taken in without a creation.
    public internal(set) var processesSynthesised = 0
    /// Those whose creation came later.
    public internal(set) var processesCompleted = 0
    /// Machines of the Sysmon records, in order of appearance; the first 1000.
    public internal(set) var machines: [String] = []
    /// The number of machines that did not fit into the JSON that this was read from.
    public internal(set) var machinesUnlisted = 0
    /// The wrong line at which the feed stopped, when it did not get to the end. What came after it was not read.
    public internal(set) var stoppedAtLine: Int?

    /// Whether there are lines and all of them were rejected.
    public var isUnreadable: Bool { lines > 0 && rejectedCount == lines }

    /// Whether no line is a record of Sysmon or a native event: all are of other logs or were rejected.
    public var hasNoRecord: Bool { rejectedCount + (skipped[SkipReason.otherChannel.rawValue] ?? 0) == lines }

    /// Records of processes that had exited.
    public var tombstoneRecords: Int { skipped[SkipReason.afterExit.rawValue] ?? 0 }
}

/// A line that was wrong.
public struct RejectedLine: Equatable, Sendable, CustomStringConvertible {
    /// What it is a line of, where the upload has parts.
    public let part: String?
    /// Its number there, from 1; blank lines count.
    public let line: Int
    /// What is wrong with it, as a phrase without a full stop.
    public let detail: String

    /// `part: line 7: detail`.
    public var description: String { "\(part.map { $0 + ": " } ?? "")line \(line): \(detail)" }
}

/// Messages made, by kind and by the operation's name.
public struct MessageCounts: Equatable, Sendable {
    /// By `MpSendSyncMonitorNotification`.
    public internal(set) var sync: [String: Int] = [:]
    /// By `MpAsyncSendNotification`.
    public internal(set) var async: [String: Int] = [:]
    /// Of the asynchronous structure, sent at once.
    public internal(set) var direct: [String: Int] = [:]

    /// All of them.
    public var total: Int { [sync, async, direct].reduce(0) { $1.values.reduce($0, +) } }

    /// How many are of `type`.
    subscript(type: MessageType) -> Int {
        get { self[keyPath: Self.counts(of: type.kind)][type.operation.name] ?? 0 }
        set { self[keyPath: Self.counts(of: type.kind)][type.operation.name] = newValue }
    }

    private static func counts(of kind: EngineMessage.Kind) -> WritableKeyPath<Self, [String: Int]> {
        switch kind {
        case .sync: \.sync
        case .async: \.async
        case .direct: \.direct
        }
    }
}
