import Bytes

/// The engine's reply to a synchronous message, as bytes.
///
/// Driver: `ReplySyncMessage`, 0x14 bytes or more (SYN-7).
public struct ReplySyncMessage: Hashable, Sendable {
    /// The type of the message that this answers; the i32 at offset 0x8.
    public var operationType: Int32

    /// A reply to a message of type `operationType`.
    public init(operationType: Int32) { self.operationType = operationType }

    /// The minimum size of a reply in bytes.
    public static let minimumSize = 0x14

    /// Reads a reply buffer; nil if it is too short (a mismatch, SYN-8). The other bytes do not matter.
    public init?(bytes: [UInt8]) {
        var reader = MessageReader(bytes)
        guard let reply = ReplySyncMessage.layout.read(&reader, base: 0) else { return nil }
        self = reply
    }

    /// The reply as a buffer of `minimumSize` bytes.
    public var bytes: [UInt8] { ReplySyncMessage.layout.bytes(of: self) }
}

/// The engine's reply to CreateProcess, as bytes.
///
/// Decided: the position of rules and flags, which is not published (PRC-3).
public struct CreateProcessReply: Hashable, Sendable {
    /// Whether the process is denied; byte 0x48.
    public var accessDenied: Bool
    /// ProcessFlags to set, 0 to leave them unchanged; u32 at 0x4C.
    public var processFlags: UInt32
    /// ProcessRules to set, 0 to leave them unchanged; u32 at 0x50.
    public var processRules: UInt32

    /// A reply; by default it allows the process and changes nothing.
    public init(accessDenied: Bool = false, processFlags: UInt32 = 0, processRules: UInt32 = 0) {
        self.accessDenied = accessDenied
        self.processFlags = processFlags
        self.processRules = processRules
    }

    /// The reply's size in bytes, which is also stated in the word at offset 2.
    public static let size = 0x60

    /// Reads a reply buffer; nil if byte 0 is not 0x5D, the word at 2 is not 0x60, or the buffer is shorter than that.
    public init?(bytes: [UInt8]) {
        var reader = MessageReader(bytes)
        guard let reply = CreateProcessReply.layout.read(&reader, base: 0) else { return nil }
        self = reply
    }

    /// Why `init(bytes:)` refuses a buffer, a phrase.
    public static func fault(in bytes: [UInt8]) -> String {
        if bytes.count < size { return "\(bytes.count.counted("byte")); a reply to CreateProcess has \(size)" }
        if bytes[0] != 0x5D { return "byte 00 is \(UInt64(bytes[0]).hex()); expected 0x5d" }
        return "the word at 02 is \((UInt64(bytes[3]) << 8 | UInt64(bytes[2])).hex()); expected 0x60"
    }

    /// The reply as a buffer of `size` bytes.
    public var bytes: [UInt8] { CreateProcessReply.layout.bytes(of: self) }
}

extension ReplySyncMessage {
    static let layout = Layout<Self>(
        "ReplySyncMessage", .known("the header"), empty: ReplySyncMessage(operationType: 0),
        [
            .zero(0x00, 8).note("ignored"),
            .i32(0x08, "OperationType", \.operationType).values(SyncOperation.valueNames),
            .zero(0x0C, 4).note("ignored"),
            .zero(0x10, 4).note("ignored"),
        ])
}

extension CreateProcessReply {
    static let layout = Layout<Self>(
        "ReplyAsyncMessage", .known("the header"), empty: CreateProcessReply(),
        [
            .constant(0x00, 1, "Magic", 0x5D),
            .zero(0x01, 1),
            .constant(0x02, 2, "Size", 0x60),
            .zero(0x04, 0x44).note("ignored"),
            .flag(0x48, "AccessDenied", \.accessDenied).values([0: "may start", 1: "denied"]),
            .zero(0x49, 3),
            .hex32(0x4C, "ProcessFlags", \.processFlags).called("flags").note("0 leaves them unchanged")
                .from(.decided("where the driver keeps them is not published")),
            .hex32(0x50, "ProcessRules", \.processRules).called("rules").note("0 leaves them unchanged")
                .from(.decided("where the driver keeps them is not published")),
            .zero(0x54, 0xC).note("ignored"),
        ])
}
