public import Driver
public import Messages
import Synchronization

/// How an embedded engine answers some of the messages.
public struct ReplyEntry: Hashable, Sendable {
    /// Only messages about a process whose image matches this glob.
    public var imageFileName: String?
    /// Only messages of this kind.
    public var kind: EngineMessage.Kind?
    /// Only messages of this type.
    public var operation: EngineMessage.Operation?
    /// The kind of answer; nil for that of the engine.
    public var reply: EmbeddedEngine.Reply?
    /// The answer to CreateProcess. An entry with one is only for CreateProcess at creation.
    public var answer: CreateProcessAnswer?
    /// The time before an answer; nil for that of the engine.
    public var delay: Duration?
    /// Every `failEvery`-th message of this entry ends with STATUS_UNSUCCESSFUL; 0 disables this.
    public var failEvery: UInt64 = 0

    /// An entry for all messages, which changes nothing.
    public init() {}

    /// How many milliseconds an answer can be delayed, by an entry or the engine.
    public static let delayMilliseconds = 0...60_000
    /// The values that `failEvery` can have, of an entry or the engine.
    public static let failEveryValues: ClosedRange<UInt64> = 0...1_000_000
    /// The maximum number of entries of an engine.
    public static let maxCount = 100
    /// The maximum length of a glob, and of all globs of an engine together, in UTF-16 units: each message is compared with
    /// all of them.
    public static let maxPatternUnits = 4096
}

extension ReplyEntry {
    /// What exceeds the limit of the globs of `entries`, a phrase; nil if nothing does.
    public static func excess(of entries: [ReplyEntry]) -> String? {
        let units = entries.reduce(0) { $0 + ($1.imageFileName?.utf16.count ?? 0) }
        if units <= maxPatternUnits { return nil }
        return "the globs have \(units) UTF-16 units; at most \(maxPatternUnits) are allowed"
    }

    /// The contradiction that makes the entry useless, a phrase; nil if there is none.
    public var fault: String? {
        if answer != nil, reply != nil { return "has reply and also accessDenied, rules or flags; omit one of them" }
        let isCreation = (kind ?? .direct) == .direct && (operation ?? .async(.createProcess)) == .async(.createProcess)
        if answer != nil, !isCreation {
            return "accessDenied, rules and flags answer only a direct CreateProcess, which this entry excludes"
        }
        switch (kind, operation) {
        case (.sync, .async(let operation)): return "\(operation.name) is never sync"
        case (.async, .sync(let operation)), (.direct, .sync(let operation)): return "\(operation.name) is always sync"
        default: return nil
        }
    }
}

/// The entries of an engine, prepared for matching.
public final class ReplyTable: Sendable {
    /// What is done with a message.
    public struct Decision: Sendable {
        /// The entry that the message matches; nil if it matches none.
        public let entry: ReplyEntry?
        /// Whether its turn has come to fail.
        public let fails: Bool
    }

    private final class Line: Sendable {
        let entry: ReplyEntry
        let pattern: ImageNamePattern?
        let sends = Atomic<UInt64>(0)

        init(_ entry: ReplyEntry) {
            self.entry = entry
            pattern = entry.imageFileName.map(ImageNamePattern.init)
        }

        func matches(_ kind: EngineMessage.Kind, _ operation: EngineMessage.Operation, _ name: UnicodeString?) -> Bool {
            if entry.answer != nil, kind != .direct || operation != .async(.createProcess) { return false }
            guard entry.kind == nil || entry.kind == kind, entry.operation == nil || entry.operation == operation
            else { return false }
            guard let pattern else { return true }
            return name.map(pattern.matches) ?? false
        }
    }

    private let lines: [Line]
    private let others: Line

    /// A table of `entries`. Every `failEvery`-th message that matches none of them fails.
    public init(_ entries: [ReplyEntry], failEvery: UInt64 = 0) {
        lines = entries.map(Line.init)
        var rest = ReplyEntry()
        rest.failEvery = failEvery
        others = Line(rest)
    }

    /// Finds the first entry that matches a message, and counts the message for it.
    ///
    /// - Complexity: O(entries + globs with a star × the length of the name).
    public func decide(
        kind: EngineMessage.Kind, operation: EngineMessage.Operation, imageFileName: UnicodeString?
    ) -> Decision {
        let line = lines.first { $0.matches(kind, operation, imageFileName) }
        return Decision(entry: line?.entry, fails: count(line ?? others))
    }

    /// Counts a ping, which matches no entry.
    public func decideOnPing() -> Decision { Decision(entry: nil, fails: count(others)) }

    private func count(_ line: Line) -> Bool {
        let number = line.sends.add(1, ordering: .relaxed).newValue
        return line.entry.failEvery != 0 && number.isMultiple(of: line.entry.failEvery)
    }
}
