/// A structure of the driver for docs and the vocabulary: its table, without the Swift type behind it.
public struct StructureLayout: Hashable, Sendable {
    /// The driver's name.
    public let name: String
    /// The status and source of the layout as a whole; single fields may differ.
    public let provenance: Provenance
    /// The size in bytes up to the first part of varying size, counted from offset 0 of the table.
    public let fixedSize: Int
    /// The lines of the table.
    public let fields: [LayoutField]

    /// The header of the asynchronous structure.
    public static let asyncHeader = AsyncHeader.layout.facts
    /// The header of the synchronous structure.
    public static let syncHeader = SyncHeader.layout.facts
    /// The reply to a synchronous message.
    public static let syncReply = ReplySyncMessage.layout.facts
    /// The reply to CreateProcess.
    public static let createProcessReply = CreateProcessReply.layout.facts
}

extension Layout {
    /// The table without the type of its content.
    var facts: StructureLayout {
        StructureLayout(name: name, provenance: provenance, fixedSize: fixedSize, fields: lines.map(\.facts))
    }
}

extension AsyncOperation {
    /// The layout of the operation's messages after the header; raw bytes for types without a published layout.
    public var structure: StructureLayout { form.facts }

    /// Whether a layout is published.
    public var hasLayout: Bool { structure != RawData.layout.facts }
}

extension SyncOperation {
    /// The layout of the operation's variable data.
    public var structure: StructureLayout { form.facts }
}
