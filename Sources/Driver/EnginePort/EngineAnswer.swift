import Bytes

/// An engine's answer as it arrived. The driver does not read it; the journal keeps it.
public struct EngineAnswer: Hashable, Sendable {
    /// The HTTP status.
    public let httpStatus: Int
    /// The value of Content-Type.
    public let mediaType: String?
    /// The first `keptBytes` bytes of its content.
    public let bytes: [UInt8]
    /// The size of its content in bytes.
    public let size: Int

    /// Bytes of the content that are kept.
    public static let keptBytes = 256
    /// Unicode scalars of Content-Type that are kept.
    private static let keptMediaType = 128

    /// An answer with the content `body`.
    public init(httpStatus: Int, mediaType: String?, body: [UInt8]) {
        self.httpStatus = httpStatus
        self.mediaType = mediaType.map { type in
            type.utf8.count <= EngineAnswer.keptMediaType
                ? type : String(type.unicodeScalars.prefix(EngineAnswer.keptMediaType))
        }
        bytes = body.count > EngineAnswer.keptBytes ? Array(body.prefix(EngineAnswer.keptBytes)) : body
        size = body.count
    }

    /// An answer with a content of `size` bytes, of which `bytes` were kept.
    public init(httpStatus: Int, mediaType: String?, bytes: [UInt8], size: Int) {
        self.httpStatus = httpStatus
        self.mediaType = mediaType
        self.bytes = bytes
        self.size = size
    }
}

/// Why a reply was not taken.
public struct ReplyFault: Error, Hashable, Sendable {
    /// The position in a JSON reply, a JSON pointer; empty for the whole reply and for bytes.
    public let pointer: String
    /// The fault, a phrase.
    public let detail: String

    /// The fault `detail` at `pointer`.
    public init(pointer: String = "", _ detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

extension ReplyFault {
    /// The fault as the reason why a message's reply was not taken.
    public var reason: String { "reply not understood: \(self)" }
}

extension ReplyFault: CustomStringConvertible {
    /// `pointer: detail`.
    public var description: String { pointer.isEmpty ? detail : "\(pointer.escapingInvisible): \(detail)" }
}

/// The content of a reply as the driver read it.
public struct ReplyReading: Hashable, Sendable {
    /// The type in the reply to a synchronous message, if there is one.
    public var operationType: Int32?
    /// The answer to CreateProcess, if there is one.
    public var creation: CreateProcessAnswer?
    /// Why the reply counts as a mismatch (SYN-8, PRC-3); nil if it does not.
    public var fault: ReplyFault?

    /// An empty reply.
    public init() {}
}

/// A message's reply: as it arrived, and as the driver read it.
public struct MessageReply: Hashable, Sendable {
    /// The answer as it arrived; nil from an engine in this process.
    public let answer: EngineAnswer?
    /// The content; empty if the driver does not read the replies to such messages.
    public let reading: ReplyReading

    /// A reply that arrived as `answer` and was read as `reading`.
    public init(answer: EngineAnswer?, reading: ReplyReading) {
        self.answer = answer
        self.reading = reading
    }

    /// Bytes of memory, for the limit of the journal.
    var size: Int {
        let answerSize = answer.map { $0.bytes.count + ($0.mediaType?.utf8.count ?? 0) + 96 } ?? 0
        return answerSize + (reading.fault.map { $0.pointer.utf8.count + $0.detail.utf8.count } ?? 0) + 64
    }
}
