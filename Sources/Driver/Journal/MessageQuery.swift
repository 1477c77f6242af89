public import Messages

/// A filter for messages of the journal. A message matches if it meets all conditions.
public struct MessageQuery: Hashable, Sendable {
    /// Only messages with a greater sequence.
    public var after: UInt64 = 0
    /// Only this kind.
    public var kind: EngineMessage.Kind?
    /// Only this type.
    public var operation: EngineMessage.Operation?
    /// Only messages that are in this state now.
    public var delivery: MessageRecord.Delivery?
    /// Only sync messages that are acknowledged now (true) or are not (false).
    public var acknowledged: Bool?
    /// Only messages about this pid.
    public var processId: UInt32?
    /// Only messages about a process whose image matches.
    public var imageFileName: ImageNamePattern?
    /// Only messages of this routine.
    public var routine: DriverRoutine?
    /// Only messages that were created at this time or later.
    public var since: FileTime?
    /// Only messages that were created before this time.
    public var until: FileTime?

    /// All messages.
    public init() {}

    /// Whether names are compared.
    var isAboutName: Bool { imageFileName != nil }

    /// Whether a message that does not match may match later.
    var isAboutOutcome: Bool { delivery != nil || acknowledged != nil }

    /// Whether a message with a sequence above `after` matches, its name aside.
    func matches(_ key: Journal.Key) -> Bool {
        (kind == nil || kind == key.kind) && (operation == nil || operation == key.operation)
            && (delivery == nil || delivery == key.outcome.delivery) && (processId == nil || processId == key.processId)
            && (routine == nil || routine == key.routine) && (since.map { key.time >= $0 } ?? true)
            && (until.map { key.time < $0 } ?? true)
            && (acknowledged == nil || key.kind == .sync && acknowledged == key.outcome.acknowledged)
    }

    /// Whether the name of `record` matches. Subtracts the cost of comparing it from `steps`.
    func matchesName(of record: MessageRecord, _ steps: inout Int) -> Bool {
        guard let imageFileName else { return true }
        return matches(record.message.imageFileName, imageFileName, &steps)
    }

    private func matches(_ name: UnicodeString?, _ pattern: ImageNamePattern, _ steps: inout Int) -> Bool {
        guard let name else { return false }
        // Converting a name to upper case is cheaper than comparing it.
        steps -= 1 + name.byteCount / 4
        return pattern.matches(name, &steps)
    }
}
