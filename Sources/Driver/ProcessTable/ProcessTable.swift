import Messages

/// The live processes of a host.
///
/// Driver: `MpProcessTable` (MP_PROCESS_TABLE, 128 list heads) with its CreateThreadNotifyLock.
struct ProcessTable {
    private struct Slot {
        var generation: UInt64
        var context: ProcessContext?
    }

    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var slotsById: [UInt32: Int] = [:]
    private var ownersOfThreads: [UInt32: Int] = [:]
    private var reservedThreadIds: Set<UInt32> = []
    private var lowestCandidate: UInt32 = ProcessContext.systemProcessId

    /// How many processes there are that CreateThreadNotifyRoutineEx may still have to look at (PRC-5, TEX-2).
    var createThreadNotifyLock = 0

    /// A table with the System process (DATA-6).
    init() {
        insert(.system)
    }

    /// Live processes, the System process included.
    var count: Int { slotsById.count }

    /// Threads that were created and not deleted.
    var threadCount: Int { ownersOfThreads.count }

    /// The pids, unordered.
    var processIds: some Collection<UInt32> { slotsById.keys }

    /// The live process with a pid: `MpGetProcessContextById` (DATA-1).
    ///
    /// - Complexity: O(1).
    func reference(processId: UInt32) -> ProcessReference? {
        slotsById[processId].map { ProcessReference(slot: $0, generation: slots[$0].generation) }
    }

    /// The context that `reference` stands for; nil once the process has exited.
    ///
    /// - Complexity: O(1).
    subscript(reference: ProcessReference) -> ProcessContext? {
        let slot = slots[reference.slot]
        return slot.generation == reference.generation ? slot.context : nil
    }

    /// The context of the live process with a pid.
    func context(processId: UInt32) -> ProcessContext? {
        slotsById[processId].flatMap { slots[$0].context }
    }

    /// Changes a context in place; nil, and nothing is done, once the process has exited.
    @discardableResult
    mutating func update<Result>(
        _ reference: ProcessReference, _ change: (inout ProcessContext) -> Result
    ) -> Result? {
        guard slots[reference.slot].generation == reference.generation else { return nil }
        return slots[reference.slot].context.mutate(change)
    }

    /// Takes in a process whose pid is free.
    @discardableResult
    mutating func insert(_ context: ProcessContext) -> ProcessReference {
        let index: Int
        if let free = freeSlots.popLast() {
            index = free
            slots[index].context = context
        } else {
            index = slots.count
            slots.append(Slot(generation: 0, context: context))
        }
        slotsById[context.identity.processId] = index
        return ProcessReference(slot: index, generation: slots[index].generation)
    }

    /// Removes a process and frees its ids. Every reference to it stops finding it.
    @discardableResult
    mutating func remove(_ reference: ProcessReference) -> ProcessContext? {
        guard let context = self[reference] else { return nil }
        slots[reference.slot].context = nil
        slots[reference.slot].generation += 1
        freeSlots.append(reference.slot)
        slotsById[context.identity.processId] = nil
        release(context.identity.processId)
        for threadId in context.threads.keys {
            ownersOfThreads[threadId] = nil
            release(threadId)
        }
        if let threadId = context.initialThreadId {
            reservedThreadIds.remove(threadId)
            release(threadId)
        }
        return context
    }
}

// MARK: - Threads and ids

extension ProcessTable {
    /// Whether some process has the thread.
    func hasThread(_ threadId: UInt32) -> Bool { ownersOfThreads[threadId] != nil }

    /// Notes a created thread whose tid is free.
    mutating func insertThread(_ thread: AuxTidCreationTime, of reference: ProcessReference) {
        update(reference) { $0.threads[thread.threadId] = thread.creationTime }
        ownersOfThreads[thread.threadId] = reference.slot
    }

    /// Forgets a thread of whatever process; false when there is none.
    @discardableResult
    mutating func removeThread(_ threadId: UInt32) -> Bool {
        guard let slot = ownersOfThreads.removeValue(forKey: threadId) else { return false }
        slots[slot].context.mutate { $0.threads[threadId] = nil }
        release(threadId)
        return true
    }

    /// The tid that stands for a process where the caller names no thread of it: the lowest that was created in it, or
    /// else one that is chosen once and stays reserved while the process lives.
    mutating func anyThreadId(of reference: ProcessReference) -> UInt32 {
        guard let context = self[reference] else { return 0 }
        if let known = context.initialThreadId ?? context.threads.keys.min() { return known }
        let chosen = lowestFreeId()
        reservedThreadIds.insert(chosen)
        update(reference) { $0.initialThreadId = chosen }
        return chosen
    }

    /// The lowest multiple of 4 that is neither a pid nor a tid: Windows hands out both from one table.
    ///
    /// - Complexity: amortised O(1); a released id lowers the search's start.
    mutating func lowestFreeId() -> UInt32 {
        while slotsById[lowestCandidate] != nil || ownersOfThreads[lowestCandidate] != nil
            || reservedThreadIds.contains(lowestCandidate)
        {
            lowestCandidate += 4
        }
        return lowestCandidate
    }

    private mutating func release(_ id: UInt32) {
        if id.isMultiple(of: 4), id != 0 { lowestCandidate = min(lowestCandidate, id) }
    }
}

extension Optional {
    /// Changes the wrapped value in place.
    fileprivate mutating func mutate<Result>(_ change: (inout Wrapped) -> Result) -> Result? {
        guard self != nil else { return nil }
        return change(&self!)  // swift-format-ignore: NeverForceUnwrap
    }
}
