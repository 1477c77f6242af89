public import Driver

/// The result of an upload of event lines.
///
/// `lines` is the sum of `applied`, all of `skipped`, and `rejectedCount`.
public struct EventsReport: Equatable, Sendable {
    /// Lines that were read, without blank ones.
    public internal(set) var lines = 0
    /// Lines whose event the driver got.
    public internal(set) var applied = 0
    /// The applied lines by type of event, as native lines name the types.
    public internal(set) var appliedByType: [String: Int] = [:]
    /// Skipped lines by `SkipReason`.
    public internal(set) var skipped: [String: Int] = [:]
    /// The skipped lines that correspond to an event, by its type and then by `SkipReason`.
    public internal(set) var skippedByType: [String: [String: Int]] = [:]
    /// Skipped records of other channels, by the channel's name; the first 100 names.
    public internal(set) var otherChannels: [String: Int] = [:]
    /// Records in which a character was replaced or a text cut, so that the rest could be read.
    public internal(set) var repaired = 0
    /// Records whose time cannot be read.
    public internal(set) var timesUnread = 0
    /// Records without a UtcTime, which have the time of the program that sent them on.
    public internal(set) var timesFromShipper = 0
    /// The first rejected lines, in the order of rejection.
    public internal(set) var rejected: [RejectedLine] = []
    /// The number of all rejected lines.
    public internal(set) var rejectedCount = 0
    /// Messages that the driver created.
    public internal(set) var messages = MessageCounts()
    /// Processes whose context was created without a process creation.
    public internal(set) var processesSynthesised = 0
    /// The synthesized processes whose creation followed later.
    public internal(set) var processesCompleted = 0
    /// Machines of the Sysmon records, in order of appearance; the first 1000.
    public internal(set) var machines: [String] = []
    /// The number of machines that did not fit into the JSON that this was read from.
    public internal(set) var machinesUnlisted = 0
    /// The rejected line at which the feed stopped; nil if it read all lines.
    public internal(set) var stoppedAtLine: Int?

    /// The number of records of processes that had exited, whatever their date.
    public var tombstoneRecords: Int {
        [SkipReason.afterExit, .datedBeforeExit].reduce(0) { $0 + (skipped[$1.rawValue] ?? 0) }
    }
}

/// A rejected line.
public struct RejectedLine: Equatable, Sendable, CustomStringConvertible {
    /// The part that contains it, if the upload has parts.
    public let part: String?
    /// Its number in the part, from 1; blank lines count.
    public let line: Int
    /// Its fault, as a phrase without a period.
    public let detail: String

    /// `part: line 7: detail`.
    public var description: String { "\(part.map { $0 + ": " } ?? "")line \(line): \(detail)" }
}

/// Created messages, by kind and by the operation's name.
public struct MessageCounts: Equatable, Sendable {
    /// Synchronous messages.
    public internal(set) var sync: [String: Int] = [:]
    /// Queued messages.
    public internal(set) var async: [String: Int] = [:]
    /// Messages of the asynchronous structure that skip the queue.
    public internal(set) var direct: [String: Int] = [:]

    /// The number of all messages.
    public var total: Int { [sync, async, direct].reduce(0) { $1.values.reduce($0, +) } }

    /// No messages.
    public init() {}

    /// Counts a message of `type`.
    public mutating func count(_ type: MessageType) { self[type] += 1 }

    /// Adds the counts of `other`.
    public mutating func add(_ other: MessageCounts) {
        sync.merge(other.sync, uniquingKeysWith: +)
        async.merge(other.async, uniquingKeysWith: +)
        direct.merge(other.direct, uniquingKeysWith: +)
    }

    /// The number of messages of `type`.
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
