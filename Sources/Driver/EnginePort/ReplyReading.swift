import Messages

extension EngineMessage {
    /// Whether the driver reads the reply: yes for sync messages and for CreateProcess at creation.
    public var readsReply: Bool {
        switch kind {
        case .sync: true
        case .async: false
        case .direct: operation == .async(.createProcess)
        }
    }

    /// Reads the reply buffer: `MpSendSyncMonitorNotification` (SYN-7, SYN-8) and `MpSendProcessMessage` (PRC-3).
    public func reading(of reply: EngineReply) -> ReplyReading {
        switch content {
        case .sync(let message): ReplyReading(of: reply, to: message.operation)
        case .async: readsReply ? ReplyReading(toCreateProcess: reply) : ReplyReading()
        }
    }
}

extension ReplyReading {
    fileprivate init(of reply: EngineReply, to operation: SyncOperation) {
        self.init()
        switch reply {
        case .sync(let reply):
            operationType = reply.operationType
            if reply.operationType != operation.rawValue {
                fault = ReplyFault(pointer: "/operationType", operation.difference(from: reply.operationType))
            }
        case .bytes(let bytes):
            guard let reply = ReplySyncMessage(bytes: bytes) else {
                fault = ReplyFault(
                    "\(bytes.count) bytes; a ReplySyncMessage has at least \(ReplySyncMessage.minimumSize)")
                return
            }
            operationType = reply.operationType
            if reply.operationType != operation.rawValue {
                fault = ReplyFault("the i32 at 08 " + operation.difference(from: reply.operationType))
            }
        case .empty: fault = ReplyFault("empty reply; expected {\"operationType\":\(operation.rawValue)}")
        case .createProcess: fault = ReplyFault("an answer to CreateProcess")
        case .unreadable(let fault): self.fault = fault
        }
    }

    fileprivate init(toCreateProcess reply: EngineReply) {
        self.init()
        switch reply {
        case .empty: creation = CreateProcessAnswer()
        case .createProcess(let answer): creation = answer
        case .bytes(let bytes):
            if let reply = CreateProcessReply(bytes: bytes) {
                creation = CreateProcessAnswer(reply)
            } else {
                fault = ReplyFault(CreateProcessReply.fault(in: bytes))
            }
        case .sync: fault = ReplyFault("an answer to a sync message")
        case .unreadable(let fault): self.fault = fault
        }
    }
}

extension SyncOperation {
    /// Describes that a reply holds `type` where it should hold this operation.
    fileprivate func difference(from type: Int32) -> String {
        let other = SyncOperation(rawValue: type).map { " (\($0.name))" } ?? ", which is not a sync operation"
        return "is \(type)\(other); this message is \(rawValue) (\(name))"
    }
}
