extension SyncMessage {
    /// The message as laid out in memory.
    public var bytes: [UInt8] {
        let header = SyncHeader(
            totalSize: UInt32(truncatingIfNeeded: totalSize), ioPriority: ioPriority,
            typeOfOperation: operation.rawValue, currentProcess: currentProcess,
            sizeOfData: UInt32(truncatingIfNeeded: data.size))
        return data.accept(BytesVisitor(bytes: SyncHeader.layout.bytes(of: header), base: SyncMessage.headerSize))
    }

    /// Reads a message. `Dissection` gives a full account of `bytes`.
    ///
    /// - Throws: the first fault. Bytes that differ from the driver's are not a fault if the message can be read.
    public init(bytes: [UInt8]) throws(MessageFault) {
        guard case .sync(let message) = try Dissection(bytes, as: .sync).readable() else {
            throw MessageFault(offset: 0, detail: "not a synchronous structure")
        }
        self = message
    }

    /// Reads a message from the beginning of `reader`; nil after a fault.
    static func read(_ reader: inout MessageReader) -> SyncMessage? {
        reader.expectSize()
        guard let header = SyncHeader.layout.read(&reader, base: 0) else { return nil }
        guard let operation = SyncOperation(rawValue: header.typeOfOperation) else {
            reader.fault(0x18, "\(header.typeOfOperation) is not a type of operation")
            return nil
        }
        reader.limit(to: Int(header.totalSize), statedAt: 0x04, header: headerSize)
        guard let data = operation.form.read(&reader, SyncMessage.headerSize) else { return nil }
        return SyncMessage(ioPriority: header.ioPriority, currentProcess: header.currentProcess, data: data)
    }
}

extension SyncData {
    /// Size in bytes, as `MpConstructSyncMonitorVariableData` computes it (SYN-3).
    ///
    /// Inferred: the size of 0x7; the driver's pseudocode groups it with the single strings, which cannot hold both.
    public var size: Int { accept(SizeVisitor()) }

    /// The data as laid out in memory.
    public var bytes: [UInt8] { accept(BytesVisitor(bytes: [], base: 0)) }

    /// Passes the operation's own fields to `body`, in the order of its layout.
    public func forEachMember(_ body: (MessageMember) -> Void) {
        withoutActuallyEscaping(body) { accept(MemberVisitor(body: $0)) }
    }

    /// The operation's own fields, in the order of its layout.
    public var members: [MessageMember] {
        var members: [MessageMember] = []
        forEachMember { members.append($0) }
        return members
    }

    /// The process in the operation's own fields, which may differ from the process that the message is counted for; nil if
    /// there is none.
    public var process: AuxPidCreationTime? { accept(ProcessVisitor()) }

    /// The data of a message of type `operation`, with the values that `value` returns for the fields that JSON shows.
    /// Fields without a value are 0 or absent.
    public init(_ operation: SyncOperation, _ value: (LayoutField) -> FieldValue?) {
        self = operation.form.make(value)
    }
}
