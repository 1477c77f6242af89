/// What the first bytes of a message, or of a reply that states its size, say about it.
public struct MessageHeader: Hashable, Sendable {
    /// The structure that the magic number identifies: `async`, `sync` or `createProcessReply`.
    public let form: Dissection.Form
    /// The size of the whole in bytes, as the header states it; nil if the bytes end before that.
    public let size: Int?

    /// The number of bytes that are read.
    public static let byteCount = 8

    /// The header of `bytes`; nil if they do not begin with a magic number.
    public init?(_ bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(MessageHeader.byteCount))
        switch start.prefix(4) {
        case [0x5D, 0x01, 0x02, 0x00]: form = .async
        case [0x5D, 0x00, 0x30, 0x00]: form = .sync
        case [0x5D, 0x00, 0x60, 0x00]:
            (form, size) = (.createProcessReply, CreateProcessReply.size)
            return
        default: return nil
        }
        size = start.count < 8 ? nil : start.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
