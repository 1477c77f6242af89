import Bytes
import Replay

/// A replay in which nothing was applied: what the files contain instead, in one line.
struct EmptyReplay: CustomStringConvertible {
    private let total: EventsReport
    private let files: [String]
    private let unread: UnreadInput
    private let format: RecordingFormat

    init(_ total: EventsReport, of files: [String], _ unread: UnreadInput, format: RecordingFormat) {
        (self.total, self.files, self.unread, self.format) = (total, files, unread, format)
    }

    /// `attack.json: nothing was applied: 5 records of channel Security`.
    var description: String {
        let names = files.map { $0 == "-" ? Self.standardInput : $0 }.joined(separator: ", ")
        return "\(names): nothing was applied: \(contents.joined(separator: "; "))".escapingInvisible
    }

    private static let standardInput = "standard input"

    /// What the only file looks like, if that is all there is to say.
    private var lookOfFile: String? {
        guard files.count == 1, unread.looks.count == 1 else { return nil }
        let name = files[0] == "-" ? Self.standardInput : files[0].split(separator: "/").last.map { String($0) }
        return unread.looks[0].name == name ? unread.looks[0].look : nil
    }

    /// What was met instead of events.
    private var contents: [String] {
        if let look = lookOfFile { return ["it looks like \(look)"] }
        if !unread.looks.isEmpty { return unread.looks.map { "\($0.name) looks like \($0.look)" } }
        if total.lines == 0 {
            return [unread.isEmpty ? "there is no record in it" : "all that is in it is not read"]
        }
        var contents: [String] = []
        if let first = total.rejected.first {
            contents.append("\(total.rejectedCount.counted("wrong line")), the first: \(first)")
        }
        var skipped = total.skipped
        let channels = total.otherChannels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        contents += channels.prefix(5).map { "\($0.value.counted("record")) of channel \($0.key)" }
        if !channels.isEmpty {
            let unnamed =
                (skipped.removeValue(forKey: SkipReason.otherChannel.rawValue) ?? 0)
                - channels.prefix(5).reduce(0) { $0 + $1.value }
            if unnamed > 0 { contents.append("\(unnamed.counted("record")) of other channels") }
        }
        contents += skipped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
            let words = SkipReason(rawValue: reason).map { " (\($0.explanation))" } ?? ""
            return "\(count) skipped as \(reason)\(words)"
        }
        if format == .auto, total.skipped[SkipReason.unknownShape.rawValue] != nil {
            contents.append("if they are native lines, --format native says what is wrong with them")
        }
        return contents
    }
}
