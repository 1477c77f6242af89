public import Messages

// State that clients read and change directly, apart from the driver's own events.
extension Driver {
    // MARK: Processes

    /// The live process with a pid.
    public func process(_ processId: UInt32) -> ProcessContext? {
        withState { $0.processes.context(processId: processId) }
    }

    /// Changes the rules of a process, atomically (DATA-7). Throws `unknownProcess`.
    ///
    /// CreateThreadNotifyLock does not change (PRC-5).
    public func changeRules(
        of processId: UInt32, _ change: WordChange<ProcessRules>
    ) throws(DriverError) -> ProcessContext {
        try changeProcess(processId) { change.apply(to: &$0.rules) }
    }

    /// Changes the flags of a process, atomically (DATA-7). Throws `unknownProcess`.
    public func changeFlags(
        of processId: UInt32, _ change: WordChange<ProcessFlags>
    ) throws(DriverError) -> ProcessContext {
        try changeProcess(processId) { change.apply(to: &$0.flags) }
    }

    /// Tampers with the command line in the PEB. The captured one does not change. Throws `unknownProcess` or
    /// `limitReached`.
    public func setCurrentCommandLine(
        of processId: UInt32, _ commandLine: UnicodeString
    ) throws(DriverError) -> ProcessContext {
        try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId),
                var context = state.processes[reference]
            else { throw .unknownProcess(processId) }
            try state.checkText(commandLine.byteCount - context.currentCommandLine.byteCount)
            context.currentCommandLine = commandLine
            return state.processes.replace(reference, with: context) ?? context
        }
    }

    private func changeProcess(
        _ processId: UInt32, _ change: @Sendable (inout ProcessContext) -> Void
    ) throws(DriverError) -> ProcessContext {
        try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId) else {
                throw .unknownProcess(processId)
            }
            state.processes.update(reference, change)
            guard let context = state.processes[reference] else { throw .unknownProcess(processId) }
            return context
        }
    }

    // MARK: Threads

    /// The first `limit` threads of a process with tids above `after` that were created and not deleted, in ascending
    /// order, and whether more follow. Throws `unknownProcess`.
    ///
    /// - Complexity: O(log n + limit).
    public func threads(
        of processId: UInt32, after: UInt32? = nil, limit: Int
    ) throws(DriverError) -> (items: [AuxTidCreationTime], hasMore: Bool) {
        let threads = try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId) else {
                throw .unknownProcess(processId)
            }
            return state.processes.threads(of: reference, after: after, limit: limit + 1)
        }
        return (Array(threads.prefix(limit)), threads.count > limit)
    }

    /// One thread of a process. Throws `unknownProcess` or `unknownThread`.
    public func thread(_ threadId: UInt32, of processId: UInt32) throws(DriverError) -> AuxTidCreationTime {
        try withState { state throws(DriverError) in
            guard let reference = state.processes.reference(processId: processId) else {
                throw .unknownProcess(processId)
            }
            guard let creationTime = state.processes.creationTime(ofThread: threadId, of: reference) else {
                throw .unknownThread(threadId)
            }
            return AuxTidCreationTime(threadId: threadId, creationTime: creationTime)
        }
    }

    // MARK: Streams, drivers, boot processes

    /// Attaches a context to a file's stream. Throws `streamContextExists` or `limitReached`.
    public func createStreamContext(
        fileName: String, rules: StreamContextRules
    ) throws(DriverError) -> StreamContext {
        let name = StreamName(fileName)
        return try withState { state throws(DriverError) in
            if state.streams.context(name) != nil { throw .streamContextExists }
            if state.streams.count >= state.limits.streamContexts { throw .limitReached(.streamContexts) }
            try state.checkText(name.textBytes)
            return state.streams.insert(name, rules: rules)
        }
    }

    /// The first `limit` stream contexts with ids above `after`, in ascending order, and whether more follow.
    ///
    /// - Complexity: O(log n + limit).
    public func streamContexts(after: UInt64 = 0, limit: Int) -> (items: [StreamContext], hasMore: Bool) {
        let contexts = withState { $0.streams.contexts(after: after, limit: limit + 1) }
        return (Array(contexts.prefix(limit)), contexts.count > limit)
    }

    /// The stream context with an id.
    public func streamContext(_ id: UInt64) -> StreamContext? { withState { $0.streams[id] } }

    /// The stream context of a file, looked up ignoring case.
    public func streamContext(fileName: String) -> StreamContext? {
        withState { $0.streams.context(fileName: UnicodeString(fileName)) }
    }

    /// Changes the rules of a stream context, atomically. Throws `unknownStreamContext`.
    public func changeRules(
        ofStreamContext id: UInt64, _ change: WordChange<StreamContextRules>
    ) throws(DriverError) -> StreamContext {
        try withState { state throws(DriverError) in
            guard let context = state.streams.updateRules(id, { change.apply(to: &$0) }) else {
                throw .unknownStreamContext
            }
            return context
        }
    }

    /// Deletes a stream context. Throws `unknownStreamContext`.
    public func deleteStreamContext(_ id: UInt64) throws(DriverError) {
        let removed = withState { $0.streams.remove(id) }
        if !removed { throw .unknownStreamContext }
    }

    /// Up to `limit` entries of the loaded-drivers list after the first `start`, in order of loading (IMG-1), and
    /// whether more follow.
    ///
    /// - Complexity: O(limit). If this returned the whole list, the next load would copy it under the lock.
    public func loadedDrivers(from start: Int = 0, limit: Int) -> (items: [LoadedDriver], hasMore: Bool) {
        withState { state in
            let rest = state.drivers.dropFirst(start)
            return (Array(rest.prefix(limit)), rest.count > limit)
        }
    }

    /// The first 50 processes that were created (PRC-8).
    public var bootProcesses: [BootProcess] { withState { $0.bootProcesses } }

    // MARK: Configuration

    /// The configuration in force.
    public var config: DriverConfig { withState { $0.config } }

    /// Changes the configuration. A send in flight keeps its timeout; later sends use the new one.
    @discardableResult
    public func changeConfig(_ change: @Sendable (inout DriverConfig) -> Void) -> DriverConfig {
        withState { state in
            change(&state.config)
            state.grantWaits()
            state.wakeRoomWaits()
            // The queue may have no room left for what a batch waits for.
            state.wakeWorker()
            return state.config
        }
    }

    /// The rule policies in force.
    public var rulePolicySet: RulePolicySet {
        get { withState { $0.policies } }
        set { withState { $0.policies = newValue } }
    }

    /// The rule policies in force. Setting them prepares them for matching.
    public var rulePolicies: [RulePolicy] {
        get { rulePolicySet.policies }
        set { rulePolicySet = RulePolicySet(newValue) }
    }
}
