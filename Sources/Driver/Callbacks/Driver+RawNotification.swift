public import Messages

// Notifications that a client asks for as such, for the operations whose callbacks are not modelled.
extension Driver {
    /// Sends a synchronous notification about a live process: `MpSendSyncMonitorNotification` (SYN-1, SYN-2).
    ///
    /// An acknowledgement clears the process's rule; for NewImageLoadPerStream that of the stream context of the image.
    /// Throws `unknownProcess`, or `unknownStreamContext` for an image without one.
    public func sendSyncNotification(
        _ data: SyncData, processId: UInt32, ioPriority: MpIoPriority = MpIoPriority(),
        completion: @escaping @Sendable (MessageRecord) -> Void
    ) throws(DriverError) {
        let notification = try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId),
                let context = state.processes[reference]
            else { throw .unknownProcess(processId) }
            var rule = RuleWord.process(reference)
            if case .newImageLoadPerStream(let imageName) = data {
                guard let stream = state.streams.context(fileName: imageName) else { throw .unknownStreamContext }
                rule = .stream(id: stream.id)
            }
            return SyncNotification(
                message: SyncMessage(ioPriority: ioPriority, currentProcess: context.identity, data: data), rule: rule,
                routine: .sendSyncMonitorNotification)
        }
        sendSyncMonitorNotification(notification, completion: completion)
    }

    /// Queues an asynchronous notification: `MpAsyncSendNotification` (ASY-1, ASY-2).
    ///
    /// `highPriority` nil takes the type's list. Throws `unknownProcess` for a pid that is given and not live, and
    /// `invalidParameter` for a body of another operation's layout, or a message of more than 4 GiB less one byte.
    public func sendAsyncNotification(
        _ operation: AsyncOperation, _ body: AsyncBody, processId: UInt32? = nil, highPriority: Bool? = nil
    ) throws(DriverError) -> MessageRecord {
        let now = clock.now()
        return try withState { state throws(DriverError) in
            let reference = processId.flatMap { state.processes.reference(processId: $0) }
            if let processId, reference == nil { throw .unknownProcess(processId) }
            guard body.fits(operation) else { throw .invalidParameter("the body is not of the operation's layout") }
            guard body.messageSize <= UInt32.max else { throw .invalidParameter("the message is too large") }
            return state.asyncSendNotification(
                operation, body, about: reference.flatMap { state.processes[$0]?.identity }, countedTo: reference,
                highPriority: highPriority, routine: .asyncSendNotification, now: now)
        }
    }
}
