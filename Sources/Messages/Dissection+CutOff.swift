extension Dissection {
    /// Whether nothing is wrong, except that the end is missing.
    public var isCutOff: Bool { cutOff != nil && faults.isEmpty }

    /// A message, or a reply that states its size, whose end is missing.
    public struct CutOff: Sendable {
        /// The sign that the end is missing.
        public let fault: MessageFault
        /// The structure and the size that the message states; nil before the magic number is there.
        public let header: MessageHeader?
        /// The operation; nil before its type is there, and for a reply.
        public let operation: (any MessageOperation)?

        init(of reader: MessageReader, at fault: MessageFault) {
            self.fault = fault
            header = MessageHeader(reader.bytes)
            let type = reader.parts.lazy.compactMap { part -> Int32? in
                guard part.field?.name == "TypeOfOperation", case .signed(let type) = part.value else { return nil }
                return Int32(truncatingIfNeeded: type)
            }.first
            operation =
                switch header?.form {
                case .async: type.flatMap(AsyncOperation.init(rawValue:))
                case .sync: type.flatMap(SyncOperation.init(rawValue:))
                case .detect, .syncData, .syncReply, .createProcessReply, nil: nil
                }
        }
    }
}
