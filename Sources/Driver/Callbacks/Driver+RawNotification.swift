public import Messages

// Notifications that a client requests explicitly, for operations whose callbacks are not modeled.
extension Driver {
    /// Sends a synchronous notification about a live process: `MpSendSyncMonitorNotification` (SYN-1, SYN-2).
    ///
    /// An acknowledgment clears the process's rule, or for NewImageLoadPerStream the rule of the image's stream
    /// context. Throws `unknownProcess`, or `unknownStreamContext` for an image without a stream context.
    public func sendSyncNotification(
        _ data: SyncData, processId: UInt32, ioPriority: MpIoPriority = MpIoPriority(), caller: CallerTag? = nil,
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
                message: SyncMessage(ioPriority: ioPriority, currentProcess: context.identity, data: data),
                imageFileName: context.imageFileName, rule: rule,
                run: RoutineRun(routine: .sendSyncMonitorNotification, caller: caller))
        }
        sendSyncMonitorNotification(notification, completion: completion)
    }

    /// Queues an asynchronous notification: `MpAsyncSendNotification` (ASY-1, ASY-2).
    ///
    /// If `highPriority` is nil, the operation determines the list. Throws `unknownProcess` if a pid is given that no
    /// live process has, and `invalidParameter` for a body with another operation's layout or a message larger than 4
    /// GiB less one byte.
    public func sendAsyncNotification(
        _ operation: AsyncOperation, _ body: AsyncBody, processId: UInt32? = nil, highPriority: Bool? = nil,
        caller: CallerTag? = nil
    ) throws(DriverError) -> MessageRecord {
        let now = clock.moment()
        return try withState { state throws(DriverError) in
            let reference = processId.flatMap { state.processes.reference(processId: $0) }
            if let processId, reference == nil { throw .unknownProcess(processId) }
            guard body.fits(operation) else { throw .invalidParameter("the body is not of the operation's layout") }
            guard body.messageSize <= UInt32.max else { throw .invalidParameter("the message is too large") }
            return state.asyncSendNotification(
                operation, body, about: reference.flatMap { state.processes[$0]?.subject }, countedTo: reference,
                highPriority: highPriority, by: RoutineRun(routine: .asyncSendNotification, caller: caller), now: now)
        }
    }
}
