public import Driver
public import JSON
import Messages

/// A message as JSON: the `data` of its CloudEvent, and `message` in the journal.
///
/// First what all messages have, then the operation's own fields under the driver's names. What the common part says
/// already is not said again.
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
                writeCommon(sizeOfData: content.data.size, to: &json)
                content.data.writeMembers(to: &json)
            case .async(let content):
                json.member("notificationNumber", content.notificationNumber)
                writeCommon(sizeOfData: content.sizeOfData, to: &json)
                content.writeMembers(to: &json)
            }
        }
    }

    private func writeCommon(sizeOfData: Int, to json: inout JSONWriter) {
        if let process = message.process {
            json.member("process", process)
        } else {
            json.memberNull("process")
        }
        json.member("totalSize", message.totalSize)
        json.member("sizeOfData", sizeOfData)
    }
}
