/// A filter for decisions. A decision matches if it meets all conditions.
public struct DecisionQuery: Hashable, Sendable {
    /// Only decisions with a greater number.
    public var after: UInt64 = 0
    /// Only those about this pid, as the process that the event is about or as its target.
    public var processId: UInt32?
    /// Only those of this routine.
    public var routine: DriverRoutine?
    /// Only decisions with a message (true), or without one so far (false).
    public var notified: Bool?
    /// Only the one that created this message.
    public var message: UInt64?

    /// All decisions.
    public init() {}

    func matches(_ decision: Decision) -> Bool {
        (processId == nil || processId == decision.processId || processId == decision.targetProcessId)
            && (routine == nil || routine == decision.routine) && (notified == nil || notified == decision.notified)
            && (message.map(decision.created) ?? true)
    }
}

/// A search through the decisions of a host, in slices. Others get the host's lock between two slices.
struct DecisionSearch: Sendable {
    let query: DecisionQuery
    private let limit: Int
    /// The number of the last decision that was checked.
    private(set) var end: UInt64
    /// Whether all decisions were checked, or the page is full.
    private(set) var isOver = false
    private var items: [NumberedDecision] = []
    private var hasMore = false
    private var oldest: UInt64 = 0
    private var newest: UInt64 = 0

    /// A search for the first `limit` decisions that match `query`.
    init(_ query: DecisionQuery, limit: Int) {
        self.query = query
        self.limit = limit
        end = query.after
    }

    /// The result.
    var page: DecisionPage {
        DecisionPage(items: items, hasMore: hasMore, oldest: oldest, newest: newest, end: hasMore ? end : newest)
    }

    /// Notes the range of the log at the beginning of a slice; false if the page ends here: decisions that were not checked are
    /// no longer kept.
    mutating func enter(oldest: UInt64, newest: UInt64) -> Bool {
        let isFirst = self.oldest == 0
        if isFirst { self.oldest = oldest }
        self.newest = newest
        if end < oldest - 1 {
            guard isFirst else {
                (hasMore, isOver) = (true, true)
                return false
            }
            end = oldest - 1
        }
        return true
    }

    /// Adds a decision that matches; false if the page is full.
    mutating func take(_ decision: NumberedDecision) -> Bool {
        guard items.count < limit else {
            (hasMore, isOver) = (true, true)
            return false
        }
        items.append(decision)
        return true
    }

    mutating func pass(_ number: UInt64) { end = number }

    mutating func finish() { isOver = true }
}

/// A part of the decisions.
public struct DecisionPage: Sendable {
    /// The decisions, oldest first.
    public let items: [NumberedDecision]
    /// Whether more may match after the last one.
    public let hasMore: Bool
    /// The number of the oldest decision that is kept.
    public let oldest: UInt64
    /// The number of the newest decision; 0 if there was none.
    public let newest: UInt64
    /// The number of the last decision that was checked; the next page begins after it.
    public let end: UInt64
}
