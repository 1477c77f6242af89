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
            json.members(MessageTexts.of(message).operation)
            message.withContent { content in
                switch content {
                case .sync(let content): write(content, to: &json)
                case .async(let content): write(content, to: &json)
                }
            }
        }
    }

    private func write(_ content: SyncMessage, to json: inout JSONWriter) {
        json.member("ioPriority", content.ioPriority)
        writeProcess(content.data.process, sizeOfData: message.totalSize - SyncMessage.headerSize, to: &json)
        content.data.forEachMember { json.ownMember($0) }
    }

    private func write(_ content: AsyncMessage, to json: inout JSONWriter) {
        json.member("notificationNumber", content.notificationNumber)
        writeProcess(content.body.process, sizeOfData: content.sizeOfData(of: message.totalSize), to: &json)
        content.forEachMember { json.ownMember($0) }
    }

    /// Writes `ownProcess`, or the process that the message is counted for, and the sizes.
    private func writeProcess(_ ownProcess: AuxPidCreationTime?, sizeOfData: Int, to json: inout JSONWriter) {
        json.member("process") { json in
            if let process = ownProcess ?? message.process { json.value(process) } else { json.null() }
        }
        json.member("totalSize", message.totalSize)
        json.member("sizeOfData", sizeOfData)
    }
}

extension JSONWriter {
    /// Writes one of the operation's own fields, unless the common part has it.
    fileprivate mutating func ownMember(_ member: MessageMember) {
        if !member.isProcess { self.member(member) }
    }
}
