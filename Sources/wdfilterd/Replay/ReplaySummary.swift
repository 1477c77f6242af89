import JSON
import Replay

/// The result of a replay as people read it: from the JSON that a service answers, or that this process would.
struct ReplaySummary {
    /// A number of things, by name.
    typealias Counts = [(name: String, count: Int)]

    /// Messages of a type, and what became of them.
    struct Delivery {
        let kind: String
        let operation: String
        let sent: Int
        let failed: Int
        let notSent: Int
        let dropped: Int
    }

    /// One kind of loss.
    struct Loss {
        let machine: String?
        let operation: String
        let reason: String
        let process: String
        let count: Int
        let first: String
        let last: String
    }

    /// A machine's part.
    struct Machine {
        let name: String
        let host: String
        let lines: Int
        let applied: Counts
        let messages: Counts
    }

    /// What a routine was driven to.
    struct Routine {
        let name: String
        let records: Int
        let notified: Int
        let conditions: [Condition]
    }

    /// A condition of a routine.
    struct Condition {
        let check: String
        let held: Int
        let failed: Int
        let why: String?
    }

    let lines: Int
    let applied: Counts
    let skipped: Counts
    let rejectedCount: Int
    /// The line after which nothing was applied, when the recording was not read to its end.
    let stoppedAtLine: Int?
    let rejected: [String]
    let milliseconds: Int
    let machines: [Machine]
    /// All that there are in the recording.
    let machineNames: [String]
    let deliveries: [Delivery]
    let losses: [Loss]
    /// Lost messages that are in none of them.
    let lossesUnlisted: Int
    let percent: Double
    let reached: Int
    let outcomes: Int
    let routines: [Routine]
    let neverMade: [(type: String, why: String?)]
    let gaps: [String]

    /// Whether there were lines, and all of them were wrong.
    var isUnreadable: Bool { lines > 0 && rejectedCount == lines }

    /// Whether no line is a record that could stand for something here: there are none, or they are of other logs, or wrong.
    var hasNoRecord: Bool {
        let others = skipped.first { $0.name == SkipReason.otherChannel.rawValue }?.count ?? 0
        return rejectedCount + others == lines
    }

    /// Reads what `POST /v1/replays` answers.
    init(_ report: [UInt8]) throws(CommandFailure) {
        do throws(JSONFaults) {
            self = try JSONDocument.read(report) { ReplaySummary($0) }
        } catch {
            throw CommandFailure(status: .failed, message: "the report of the replay cannot be read: \(error)")
        }
    }

    private init?(_ value: JSONValue) {
        guard let object = value.openObject(), let coverage = object.required("coverage", { $0.openObject() }) else {
            return nil
        }
        lines = object.count("lines")
        applied = object.counts("appliedByType")
        skipped = object.counts("skipped")
        rejectedCount = object.count("rejectedCount")
        stoppedAtLine = object["stoppedAtLine"] == nil ? nil : object.count("stoppedAtLine")
        rejected = object.each("rejected") { line in
            let part = line.text("part").map { $0 + ": " } ?? ""
            return "\(part)line \(line.count("line")): \(line.text("detail") ?? "")"
        }
        milliseconds = object.count("durationMilliseconds")
        machines = object.each("hosts") { host in
            Machine(
                name: host.text("machine") ?? "native events", host: host.text("host") ?? "",
                lines: host.count("lines"), applied: host.counts("appliedByType"),
                messages: host.required("messages") { $0.openObject() }.map { kinds in
                    ["sync", "async", "direct"].flatMap { kind in
                        kinds.counts(named: kind).map { ("\(kind) \($0.name)", $0.count) }
                    }
                } ?? [])
        }
        machineNames =
            (object.required("machines") { $0.array(maxCount: .max) } ?? []).compactMap { $0.string(maxUTF16: .max) }
            .map(LineLogHandler.escaped)
        deliveries = object.each("deliveries") { end in
            Delivery(
                kind: end.text("kind") ?? "", operation: end.text("operation") ?? "", sent: end.count("sent"),
                failed: end.count("failed"), notSent: end.count("notSent"), dropped: end.count("dropped"))
        }
        losses = object.each("losses") { loss in
            let process = loss["processId"] == nil ? "-" : "\(loss.count("processId"))"
            return Loss(
                machine: loss.text("machine"),
                operation: "\(loss.text("kind") ?? "") \(loss.text("operation") ?? "")",
                reason: loss.text("reason") ?? "",
                process: loss.text("imageFileName").map { "\(process) \($0.split(separator: "\\").last ?? "")" }
                    ?? process,
                count: loss.count("count"),
                first: loss.lostMessage("first"), last: loss.lostMessage("last"))
        }
        lossesUnlisted = object.count("lossesUnlisted")
        reached = coverage.count("reached")
        outcomes = coverage.count("outcomes")
        percent = outcomes > 0 ? (Double(reached) * 1000 / Double(outcomes)).rounded() / 10 : 0
        routines = coverage.each("routines") { routine in
            Routine(
                name: routine.text("routine") ?? "", records: routine.count("records"),
                notified: routine.count("notified"),
                conditions: routine.each("conditions") { condition in
                    Condition(
                        check: condition.text("check") ?? "", held: condition.count("held"),
                        failed: condition.count("failed"), why: condition.text("why"))
                })
        }
        neverMade = coverage.each("messageTypes") { type -> (String, String?)? in
            guard type.count("made") == 0 else { return nil }
            return ("\(type.text("kind") ?? "") \(type.text("operation") ?? "")", type.text("why"))
        }.compactMap(\.self)
        gaps = coverage.required("gaps") { $0.array(maxCount: .max) }?.compactMap { $0.string(maxUTF16: .max) } ?? []
    }
}

// Members that are there: a fault, which makes the whole unreadable, where they are not.
extension JSONObject {
    fileprivate func count(_ name: StaticString) -> Int {
        required(name) { $0.integer(in: 0...Int64.max) }.map(Int.init) ?? 0
    }

    fileprivate func counts(_ name: StaticString) -> ReplaySummary.Counts {
        required(name) { ReplaySummary.counts($0) } ?? []
    }

    /// The counts of a kind of message.
    fileprivate func counts(named kind: String) -> ReplaySummary.Counts {
        switch kind {
        case "sync": counts("sync")
        case "async": counts("async")
        default: counts("direct")
        }
    }

    /// A recording may say anything: control characters are escaped.
    fileprivate func text(_ name: StaticString) -> String? {
        optional(name) { $0.string(maxUTF16: .max) }.map(LineLogHandler.escaped)
    }

    fileprivate func each<Element>(_ name: StaticString, _ read: (JSONObject) -> Element) -> [Element] {
        let elements = required(name) { $0.array(maxCount: .max) } ?? []
        return elements.compactMap { $0.openObject().map(read) }
    }

    fileprivate func lostMessage(_ name: StaticString) -> String {
        guard let message = required(name, { $0.openObject() }) else { return "" }
        // 2020-02-21T10:15:30.1234567Z is 10:15:30.123 here: the date is the recording's.
        let time = message.text("time").map { String($0.dropFirst(11).prefix(12)) }
        let subject = message.text("subject").map { String($0.split(separator: "\\").last ?? "") }
        return [time, subject].compactMap(\.self).joined(separator: " ")
    }
}

extension ReplaySummary {
    fileprivate static func counts(_ value: JSONValue) -> Counts? {
        value.dictionary(maxCount: 1000)?.map { (name: $0, count: Int($1.integer(in: 0...Int64.max) ?? 0)) }
            .sorted { ($0.count, $1.name) > ($1.count, $0.name) }
    }
}
