import Messages

/// The live processes of a host.
///
/// Driver: `MpProcessTable` (MP_PROCESS_TABLE, 128 list heads) with its CreateThreadNotifyLock.
struct ProcessTable {
    private struct Slot {
        var generation: UInt64 = 0
        var context: ProcessContext?
        /// Creation times of the threads that were created and not deleted, by tid. Not in the context: a copy of that,
        /// held while a thread is added, would have them all copied.
        var threads: [UInt32: FileTime] = [:]
        /// The tid that stands for the process's first thread where a caller names none.
        var initialThreadId: UInt32?
    }

    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var slotsById: [UInt32: Int] = [:]
    private var ownersOfThreads: [UInt32: Int] = [:]
    private var reservedThreadIds: Set<UInt32> = []
    private var lowestCandidate: UInt32 = ProcessContext.systemProcessId

    /// How many processes there are that CreateThreadNotifyRoutineEx may still have to look at (PRC-5, TEX-2).
    var createThreadNotifyLock = 0

    /// Bytes of the names and command lines of all live processes.
    private(set) var textBytes = 0

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
        slots[reference.slot].generation == reference.generation ? slots[reference.slot].context : nil
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
        textBytes -= slots[reference.slot].context?.textBytes ?? 0
        defer { textBytes += slots[reference.slot].context?.textBytes ?? 0 }
        return slots[reference.slot].context.mutate(change)
    }

    /// Takes in a process whose pid is free.
    @discardableResult
    mutating func insert(_ context: ProcessContext) -> ProcessReference {
        textBytes += context.textBytes
        let index: Int
        if let free = freeSlots.popLast() {
            index = free
            slots[index].context = context
        } else {
            index = slots.count
            slots.append(Slot(context: context))
        }
        slotsById[context.identity.processId] = index
        return ProcessReference(slot: index, generation: slots[index].generation)
    }

    /// Removes a process and frees its ids. Every reference to it stops finding it.
    @discardableResult
    mutating func remove(_ reference: ProcessReference) -> ProcessContext? {
        guard let context = self[reference] else { return nil }
        textBytes -= context.textBytes
        let slot = slots[reference.slot]
        slots[reference.slot] = Slot(generation: slot.generation + 1)
        freeSlots.append(reference.slot)
        slotsById[context.identity.processId] = nil
        release(context.identity.processId)
        for threadId in slot.threads.keys {
            ownersOfThreads[threadId] = nil
            release(threadId)
        }
        if let threadId = slot.initialThreadId {
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
        guard slots[reference.slot].generation == reference.generation else { return }
        slots[reference.slot].threads[thread.threadId] = thread.creationTime
        ownersOfThreads[thread.threadId] = reference.slot
    }

    /// Forgets a thread of whatever process; false when there is none.
    @discardableResult
    mutating func removeThread(_ threadId: UInt32) -> Bool {
        guard let slot = ownersOfThreads.removeValue(forKey: threadId) else { return false }
        slots[slot].threads[threadId] = nil
        release(threadId)
        return true
    }

    /// The threads of a process that were created and not deleted, with their creation times.
    func threads(of reference: ProcessReference) -> [UInt32: FileTime] {
        slots[reference.slot].generation == reference.generation ? slots[reference.slot].threads : [:]
    }

    /// When a thread of a process was created; nil when the process has no such thread.
    func creationTime(ofThread threadId: UInt32, of reference: ProcessReference) -> FileTime? {
        guard slots[reference.slot].generation == reference.generation else { return nil }
        return slots[reference.slot].threads[threadId]
    }

    /// The tid that stands for a process where the caller names no thread of it: chosen once, and reserved while the
    /// process lives; chosen anew when a thread is about to get it.
    mutating func initialThreadId(of reference: ProcessReference, otherThan excluded: UInt32?) -> UInt32 {
        guard slots[reference.slot].generation == reference.generation else { return 0 }
        if let known = slots[reference.slot].initialThreadId {
            if known != excluded { return known }
            reservedThreadIds.remove(known)
        }
        let chosen = lowestFreeId(otherThan: excluded)
        reservedThreadIds.insert(chosen)
        slots[reference.slot].initialThreadId = chosen
        return chosen
    }

    /// The lowest multiple of 4 that is neither a pid nor a tid: Windows hands out both from one table.
    ///
    /// - Complexity: amortised O(1); a released id lowers the search's start.
    mutating func lowestFreeId() -> UInt32 {
        while isUsed(lowestCandidate) { lowestCandidate += 4 }
        return lowestCandidate
    }

    private mutating func lowestFreeId(otherThan excluded: UInt32?) -> UInt32 {
        var id = lowestFreeId()
        while id == excluded || isUsed(id) { id += 4 }
        return id
    }

    private func isUsed(_ id: UInt32) -> Bool {
        slotsById[id] != nil || ownersOfThreads[id] != nil || reservedThreadIds.contains(id)
    }

    private mutating func release(_ id: UInt32) {
        if id.isMultiple(of: 4), id != 0 { lowestCandidate = min(lowestCandidate, id) }
    }
}

extension Optional {
    /// Changes the wrapped value in place: taken out meanwhile, so that it is not copied.
    fileprivate mutating func mutate<Result>(_ change: (inout Wrapped) -> Result) -> Result? {
        guard var value = take() else { return nil }
        defer { self = value }
        return change(&value)
    }
}
