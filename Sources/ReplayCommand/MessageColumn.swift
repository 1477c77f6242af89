import Driver
import Messages
import Replay

/// A column of the file of messages: a member of an object in JSON, a cell in CSV.
struct MessageColumn: Sendable {
    /// The value of a message.
    enum Value: Sendable {
        case text(String)
        case number(UInt64)
        case flag(Bool)
    }

    /// Its name.
    let name: StaticString
    /// The value of a message; nil if it has none.
    let value: @Sendable (DeliveryLedger.Ending) -> Value?

    private init(_ name: StaticString, _ value: @escaping @Sendable (DeliveryLedger.Ending) -> Value?) {
        (self.name, self.value) = (name, value)
    }

    private static func text(
        _ name: StaticString, _ text: @escaping @Sendable (DeliveryLedger.Ending) -> String?
    ) -> MessageColumn {
        MessageColumn(name) { text($0).map { .text($0) } }
    }

    private static func number(
        _ name: StaticString, _ number: @escaping @Sendable (DeliveryLedger.Ending) -> UInt64?
    ) -> MessageColumn {
        MessageColumn(name) { number($0).map { .number($0) } }
    }

    /// All columns, in order.
    static let all: [MessageColumn] = [
        .text("machine") { $0.machine },
        .number("sequence") { $0.record.message.sequence },
        .text("kind") { $0.record.message.kind.rawValue },
        .text("operation") { $0.record.message.operationName },
        .text("eventTime") { $0.record.message.caller?.eventTime?.rfc3339 },
        .text("createdAt") { $0.record.message.time.rfc3339 },
        .text("sentAt") { $0.record.sentAt?.rfc3339 },
        .text("endedAt") { $0.record.endedAt?.rfc3339 },
        .number("delayMicroseconds") { $0.delay },
        MessageColumn("afterExit") { .flag($0.isAfterExit) },
        .number("processId") { $0.record.message.process.map { UInt64($0.processId) } },
        .text("imageFileName") { $0.record.message.imageFileName?.text },
        .text("target") { $0.subject },
        .text("delivery") { $0.record.delivery.rawValue },
        .text("reason") { $0.reason?.name },
        .text("failure") { $0.reason == nil ? nil : $0.record.explanation },
    ]
}
