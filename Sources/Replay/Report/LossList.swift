import Driver
import Messages

/// The lost messages of a replay, by machine, type, reason and process.
struct LossList: Sendable {
    private struct Key: Hashable {
        let machine: String?
        let type: MessageType
        let reason: DeliveryLedger.Loss.Reason
        let process: AuxPidCreationTime?
    }

    /// The largest number of different losses.
    let limit: Int
    private var losses: [Key: DeliveryLedger.Loss] = [:]
    /// The number of lost messages that are in none of them.
    private(set) var unlisted = 0

    init(limit: Int) { self.limit = limit }

    /// Adds a lost message.
    mutating func note(
        _ message: EngineMessage, _ type: MessageType, _ reason: DeliveryLedger.Loss.Reason, machine: String?
    ) {
        let key = Key(machine: machine, type: type, reason: reason, process: message.process)
        let lost = DeliveryLedger.Loss.Message(
            sequence: message.sequence, time: message.time,
            eventTime: message.caller?.eventTime.flatMap { $0 == message.time ? nil : $0 },
            subject: message.subject)
        var loss =
            losses[key]
            ?? DeliveryLedger.Loss(
                machine: machine, type: type, reason: reason, process: message.process,
                imageFileName: message.imageFileName?.text, first: lost, last: lost)
        if loss.count == 0, losses.count >= limit { return unlisted += 1 }
        loss.count += 1
        loss.last = lost
        losses[key] = loss
    }

    /// The losses, earliest first.
    var sorted: [DeliveryLedger.Loss] {
        losses.values.sorted {
            ($0.first.time, $0.machine ?? "", $0.first.sequence) < ($1.first.time, $1.machine ?? "", $1.first.sequence)
        }
    }
}
