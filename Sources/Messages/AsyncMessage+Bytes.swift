extension AsyncMessage {
    /// The message as laid out in memory.
    public var bytes: [UInt8] {
        let size = totalSize
        let header = AsyncHeader(
            size: UInt32(truncatingIfNeeded: size), notificationNumber: notificationNumber,
            sizeOfData: UInt32(truncatingIfNeeded: sizeOfData(of: size)), refCount: refCount,
            typeOfOperation: operation.rawValue)
        return body.accept(BytesVisitor(bytes: AsyncHeader.layout.bytes(of: header), base: 0))
    }

    /// Reads a message. `Dissection` gives a full account of `bytes`.
    ///
    /// - Throws: the first fault. Bytes that differ from the driver's are not a fault if the message can be read.
    public init(bytes: [UInt8]) throws(MessageFault) {
        guard case .async(let message) = try Dissection(bytes, as: .async).readable() else {
            throw MessageFault(offset: 0, detail: "not an asynchronous structure")
        }
        self = message
    }

    /// Passes the operation's own fields to `body`, in the order of its layout.
    ///
    /// Fields that a LoadImage leaves 0 are omitted while they are 0.
    public func forEachMember(_ body: (MessageMember) -> Void) {
        guard operation == .loadImage else { return self.body.forEachMember(body) }
        if case .imageLoadAndProcess(let notify) = self.body, notify.isPlainLoad {
            return ImageLoadAndProcessNotify.layout.forEachMember(
                of: notify, where: { !$0.isLeftZeroByLoadImage }, body)
        }
        self.body.forEachMember { member in
            if !(member.field.isLeftZeroByLoadImage && member.value.isZero) { body(member) }
        }
    }

    /// The operation's own fields, in the order of its layout.
    public var members: [MessageMember] {
        var members: [MessageMember] = []
        forEachMember { members.append($0) }
        return members
    }

    /// Reads a message from the beginning of `reader`; nil after a fault.
    static func read(_ reader: inout MessageReader) -> AsyncMessage? {
        reader.expectSize()
        guard let header = AsyncHeader.layout.read(&reader, base: 0) else { return nil }
        guard let operation = AsyncOperation(rawValue: header.typeOfOperation) else {
            reader.fault(0x18, "\(header.typeOfOperation) is not a type of operation")
            return nil
        }
        reader.limit(to: Int(header.size), statedAt: 0x04, header: headerSize)
        guard let body = operation.form.read(&reader, 0) else { return nil }
        return AsyncMessage(
            notificationNumber: header.notificationNumber, refCount: header.refCount, operation: operation, body: body)
    }
}

extension AsyncBody {
    fileprivate func forEachMember(_ body: (MessageMember) -> Void) {
        withoutActuallyEscaping(body) { accept(MemberVisitor(body: $0)) }
    }

    /// The process in the operation's own fields, which may differ from the process that the message is counted for; nil if
    /// there is none.
    public var process: AuxPidCreationTime? { accept(ProcessVisitor()) }

    /// Size of the message that carries this body, header included, in bytes.
    public var messageSize: Int { accept(SizeVisitor()) }

    /// Whether messages of type `operation` have bodies of this kind.
    public func fits(_ operation: AsyncOperation) -> Bool { accept(NameVisitor()) == operation.structure.name }

    /// The body of a message of type `operation`, with the values that `value` returns for the fields that JSON shows.
    /// Fields without a value are 0 or absent.
    public init(_ operation: AsyncOperation, _ value: (LayoutField) -> FieldValue?) {
        self = operation.form.make(value)
    }
}
