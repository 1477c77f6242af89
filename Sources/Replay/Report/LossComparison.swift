import JSON

/// The messages that one replay of a recording lost and another did not.
///
/// Messages are compared by machine, type and process: a report has the first and the last message of each loss only.
public struct LossComparison: Equatable, Sendable {
    /// Messages of one type about one process of which one replay lost more than the other.
    public struct Difference: Equatable, Sendable {
        /// The loss, in the report that lost more.
        public let loss: ReplayReport.Loss
        /// How many more it lost, for all reasons.
        public let count: Int
    }

    /// Lost now and not in the earlier replay, most first.
    public let new: [Difference]
    /// Lost in the earlier replay and not now, most first.
    public let recovered: [Difference]
    /// Whether a report does not list all of its losses.
    public let isIncomplete: Bool
    /// Whether the lines or their events differ.
    public let isOfOtherRecording: Bool

    /// Compares `now` with an `earlier` report.
    public init(_ now: ReplayReport, with earlier: ReplayReport) {
        let (present, past) = (Losses(now), Losses(earlier))
        new = present.more(than: past)
        recovered = past.more(than: present)
        isOfOtherRecording =
            now.total.lines != earlier.total.lines || now.total.appliedByType != earlier.total.appliedByType
        isIncomplete = now.lossesUnlisted > 0 || earlier.lossesUnlisted > 0
    }

    /// The number of messages that are lost now and were not.
    public var newCount: Int { new.reduce(0) { $0 + $1.count } }

    /// The number of messages that were lost and are not now.
    public var recoveredCount: Int { recovered.reduce(0) { $0 + $1.count } }
}

/// The losses of a report, for all reasons together.
private struct Losses {
    private struct Key: Hashable {
        let machine: String?
        let kind: String
        let operation: String
        let processId: UInt32?
    }

    private var all: [Key: (loss: ReplayReport.Loss, count: Int)] = [:]
    private var order: [Key] = []

    init(_ report: ReplayReport) {
        for loss in report.losses {
            let key = Key(
                machine: loss.machine, kind: loss.type.kind, operation: loss.type.operation, processId: loss.processId)
            if all[key] == nil { order.append(key) }
            all[key] = (all[key]?.loss ?? loss, (all[key]?.count ?? 0) + loss.count)
        }
    }

    func more(than other: Losses) -> [LossComparison.Difference] {
        let differences = order.compactMap { key -> LossComparison.Difference? in
            guard let own = all[key] else { return nil }
            let count = own.count - (other.all[key]?.count ?? 0)
            return count > 0 ? LossComparison.Difference(loss: own.loss, count: count) : nil
        }
        // Sorting keeps the order of equal ones.
        return differences.sorted { $0.count > $1.count }
    }
}

extension LossComparison {
    func write(to json: inout JSONWriter) {
        func write(_ json: inout JSONWriter, _ difference: Difference) {
            json.object { json in
                let loss = difference.loss
                if let machine = loss.machine { json.member("machine", machine) }
                loss.type.writeMembers(to: &json)
                if let processId = loss.processId { json.member("processId", processId) }
                if let imageFileName = loss.imageFileName { json.member("imageFileName", imageFileName) }
                json.member("count", difference.count)
            }
        }
        json.object { json in
            json.member("new", each: new) { write(&$0, $1) }
            json.member("recovered", each: recovered) { write(&$0, $1) }
        }
    }
}
