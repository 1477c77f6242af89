/// A part of a recording that is not read.
public struct UnreadPart: Hashable, Sendable {
    /// Its name in messages: "attack.zip: logs/Security.evtx".
    public let name: String
    /// Why, as a phrase.
    public let reason: String
    /// Whether it is a log of Windows' event log service, which may be the recording that one looks for.
    public let isEventLog: Bool
}

/// The parts of a recording that are not read.
public struct UnreadParts: Sendable {
    /// The first ones of each kind: event logs before others, those of Sysmon first.
    public private(set) var listed: [UnreadPart] = []
    /// The number of all of them.
    public private(set) var count = 0

    /// The most that are listed of event logs, and of others.
    private static let most = 50

    /// None.
    public init() {}

    mutating func add(_ part: UnreadPart) {
        count += 1
        // A log of Sysmon pushes out another one.
        let kin = listed.filter { $0.isEventLog == part.isEventLog }
        if kin.count >= Self.most {
            guard part.isOfSysmon, let last = listed.lastIndex(where: { $0.isEventLog && !$0.isOfSysmon }) else {
                return
            }
            listed.remove(at: last)
        }
        let place = listed.firstIndex { $0.rank > part.rank } ?? listed.endIndex
        listed.insert(part, at: place)
    }

    /// Adds those of another recording.
    public mutating func add(_ other: UnreadParts) {
        for part in other.listed { add(part) }
        count += other.count - other.listed.count
    }
}

extension UnreadPart {
    fileprivate var isOfSysmon: Bool { isEventLog && name.lowercased().contains("sysmon") }
    fileprivate var rank: Int { isOfSysmon ? 0 : isEventLog ? 1 : 2 }
}
