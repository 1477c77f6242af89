import Bytes

/// A full account of bytes that are read as a message: the message, the position of each piece, and what is wrong.
///
/// Any bytes can be dissected. Bytes that cannot be read are a fault; bytes that can be read but differ from those that
/// the driver would write for that message are a remark.
public struct Dissection: Sendable {
    /// The structure to read the bytes as.
    public enum Form: Hashable, Sendable {
        /// The structure that the first bytes indicate.
        case detect
        /// AsyncMessageData.
        case async
        /// SyncMessageData.
        case sync
        /// The variable data of a synchronous message alone.
        case syncData(SyncOperation)
        /// ReplySyncMessage.
        case syncReply
        /// The reply to CreateProcess.
        case createProcessReply
    }

    /// The result of reading the bytes.
    public enum Content: Hashable, Sendable {
        /// A message of the asynchronous structure.
        case async(AsyncMessage)
        /// A synchronous message.
        case sync(SyncMessage)
        /// The variable data of a synchronous message.
        case syncData(SyncData)
        /// A reply to a synchronous message.
        case syncReply(ReplySyncMessage)
        /// A reply to CreateProcess.
        case createProcessReply(CreateProcessReply)

        /// The bytes as the driver, or the engine, would write them.
        public var bytes: [UInt8] {
            switch self {
            case .async(let message): message.bytes
            case .sync(let message): message.bytes
            case .syncData(let data): data.bytes
            case .syncReply(let reply): reply.bytes
            case .createProcessReply(let reply): reply.bytes
            }
        }
    }

    /// The dissected bytes.
    public let bytes: [UInt8]
    /// The number of bytes that belong to the message; others may follow.
    public let size: Int
    /// The content; nil if there is a fault, or if the message is cut off.
    public let content: Content?
    /// What is known of a message whose end is missing; nil if it is whole.
    public let cutOff: CutOff?
    /// The pieces in order of offset, without gaps unless the bytes end too soon.
    public private(set) var parts: [MessagePart]
    /// The reasons why the bytes cannot be read, in order of discovery. A missing end is not a fault: see `cutOff`.
    public let faults: [MessageFault]
    /// The differences from the driver's bytes, in order of offset.
    public private(set) var remarks: [MessageFault] = []

    /// Dissects `bytes`; `notes` say how they were obtained, and become the first remarks.
    public init(_ bytes: [UInt8], as form: Form = .detect, notes: [String] = []) {
        self.bytes = bytes
        var reader = MessageReader(bytes)
        let content = Dissection.read(&reader, as: form)
        self.content = reader.faults.isEmpty && !reader.isTruncated ? content : nil
        size = reader.end
        faults = reader.faults
        cutOff = reader.truncation.map { CutOff(of: reader, at: $0) }
        parts = reader.parts.sorted { ($0.offset, $0.size) < ($1.offset, $1.size) }
        remarks = notes.map { MessageFault(offset: 0, detail: $0) }
        claimAll()
        if let content = self.content { compare(with: content.bytes, end: reader.end) }
    }

    /// The content.
    ///
    /// - Throws: the first fault, or that the end is missing.
    public func readable() throws(MessageFault) -> Content {
        if let content { return content }
        throw faults.first ?? cutOff?.fault ?? MessageFault(offset: 0, detail: "not a message")
    }

    private static func read(_ reader: inout MessageReader, as form: Form) -> Content? {
        switch form {
        case .detect:
            guard let header = MessageHeader(reader.bytes) else {
                reader.fault(0, "begins like neither AsyncMessageData (5d 01 02 00) nor SyncMessageData (5d 00 30 00)")
                return nil
            }
            return read(&reader, as: header.form)
        case .async: return AsyncMessage.read(&reader).map { .async($0) }
        case .sync: return SyncMessage.read(&reader).map { .sync($0) }
        case .syncData(let operation): return operation.form.read(&reader, 0).map { .syncData($0) }
        case .syncReply: return ReplySyncMessage.layout.read(&reader, base: 0).map { .syncReply($0) }
        case .createProcessReply:
            reader.expectSize()
            return CreateProcessReply.layout.read(&reader, base: 0).map { .createProcessReply($0) }
        }
    }

    /// Adds the bytes that no field claims.
    private mutating func claimAll() {
        var all: [MessagePart] = []
        var next = 0
        for part in parts + [MessagePart(offset: bytes.count, size: 0, structure: "", field: nil, value: .bytes([]))] {
            if part.offset > next {
                let unclaimed = Array(bytes[next..<part.offset])
                all.append(
                    MessagePart(
                        offset: next, size: unclaimed.count, structure: all.last?.structure ?? "", field: nil,
                        value: .bytes(unclaimed)))
            }
            if part.size > 0 { all.append(part) }
            next = max(next, part.offset + part.size)
        }
        parts = all
    }

    /// Who writes such a message: replies come from the engine.
    private var writer: String {
        switch content {
        case .syncReply, .createProcessReply: "the engine"
        case .async, .sync, .syncData, nil: "the driver"
        }
    }

    /// Finds the bytes that the driver, or the engine, would write differently.
    private mutating func compare(with expected: [UInt8], end: Int) {
        for (index, part) in parts.enumerated() where part.offset < min(end, expected.count) {
            let range = part.offset..<min(part.offset + part.size, expected.count)
            guard part.offset + part.size > expected.count || bytes[range] != expected[range] else { continue }
            parts[index].expected = Array(expected[range])
            let name = part.field?.name ?? "unclaimed bytes"
            let usual = expected[range].prefix(16).hexPairs(separator: " ")
            remarks.append(MessageFault(offset: part.offset, detail: "\(name): \(writer) would write \(usual)"))
        }
        if end != expected.count {
            remarks.append(
                MessageFault(
                    offset: min(end, expected.count),
                    detail: "\(writer)'s message would have \(expected.count.hex()) bytes, not \(end.hex())"))
        }
        if end < bytes.count {
            remarks.append(
                MessageFault(offset: end, detail: "\((bytes.count - end).counted("more byte")) after the message"))
        }
    }
}
