public import Driver
public import JSON
import Messages

/// A message as JSON: the `data` of its CloudEvent, and `message` in the journal.
///
/// The members that all messages have come first, then the operation's own fields under the driver's names. Fields that
/// are already in the common part are not repeated.
public struct MessageData: Sendable {
    private let message: EngineMessage
    private let host: String

    /// `message` of `host`.
    public init(_ message: EngineMessage, host: String) {
        self.message = message
        self.host = host
    }

    /// Writes one object.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("host", host)
            json.member("sequence", message.sequence)
            json.member("kind", message.kind.rawValue)
            json.member("operation", message.operationName)
            json.member("operationCode", message.operationCode)
            switch message.content {
            case .sync(let content):
                json.member("ioPriority", content.ioPriority)
                write(content.data.members, sizeOfData: message.totalSize - SyncMessage.headerSize, to: &json)
            case .async(let content):
                json.member("notificationNumber", content.notificationNumber)
                write(content.members, sizeOfData: content.sizeOfData(of: message.totalSize), to: &json)
            }
        }
    }

    private func write(_ members: [MessageMember], sizeOfData: Int, to json: inout JSONWriter) {
        json.member("process") { json in
            if let process = members.ownProcess ?? message.process { json.value(process) } else { json.null() }
        }
        json.member("totalSize", message.totalSize)
        json.member("sizeOfData", sizeOfData)
        for member in members where member.name != "process" {
            json.member(key: member.name) { $0.value(member.value) }
        }
    }
}

extension [MessageMember] {
    /// The process in the message's own fields, which may differ from the process that the message is counted for.
    fileprivate var ownProcess: AuxPidCreationTime? {
        guard case .process(let process) = first(where: { $0.name == "process" })?.value else { return nil }
        return process
    }
}
