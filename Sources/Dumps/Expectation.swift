import Bytes
import Messages

/// What is known about the bytes in advance.
struct Expectation {
    let form: Dissection.Form
    let order: ByteOrder?

    /// Whether messages of this form begin with a magic number.
    var hasHeader: Bool {
        switch form {
        case .detect, .async, .sync, .createProcessReply: true
        case .syncData, .syncReply: false
        }
    }

    /// The header that `bytes` begin with; nil if they do not begin like a message of this form.
    func header(of bytes: some Collection<UInt8>) -> MessageHeader? {
        guard let header = MessageHeader(bytes) else { return nil }
        return form == .detect || form == header.form ? header : nil
    }
}
