import Bytes
import JSON
import Recordings

/// What was met in the files of a replay that is not read, or that certainly is not a recording.
struct UnreadInput: Sendable {
    /// The members of archives that are not read.
    private(set) var parts = UnreadParts()
    /// What the other parts look like that are no recordings; the first ten.
    private(set) var looks: [(name: String, look: String)] = []

    /// The parts that were read from their end, so that their lines are counted from there; the first ten.
    private(set) var readBackwards: [String] = []

    private static let mostLooks = 10

    /// Whether nothing was met that is not read.
    var isEmpty: Bool { parts.count == 0 }

    mutating func add(_ more: UnreadParts, looks: [(name: String, look: String)]) {
        parts.add(more)
        self.looks += looks.prefix(Self.mostLooks - self.looks.count)
    }

    /// Notes that a part was read from its end.
    mutating func addReadBackwards(_ name: String) {
        if readBackwards.count < Self.mostNames { readBackwards.append(name) }
    }

    /// A line for the event logs of an archive, one for each other part that is not read, and how many more there are.
    var lines: [String] {
        let logs = parts.listed.filter(\.isEventLog)
        let others = parts.listed.filter { !$0.isEventLog }
        var lines: [String] = []
        if let first = logs.first {
            let shown = logs.prefix(Self.mostNames).map(\.name).joined(separator: ", ")
            let more = logs.count > Self.mostNames ? " and \(logs.count - Self.mostNames) more" : ""
            lines.append("not read: \(shown)\(more): \(first.reason)")
        }
        lines += others.prefix(Self.mostNames).map { "not read: \($0.name): \($0.reason)" }
        let unlisted = parts.count - logs.count - min(others.count, Self.mostNames)
        if unlisted > 0 { lines.append("not read: \(unlisted.counted("more part"))") }
        return lines
    }

    private static let mostNames = 10

    /// Writes the members of a report.
    func writeMembers(to json: inout JSONWriter) {
        json.member("unread", each: parts.listed) { json, part in
            json.object { json in
                json.member("name", part.name)
                json.member("reason", part.reason)
            }
        }
        json.member("unreadCount", parts.count)
    }
}
