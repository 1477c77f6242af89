import Messages

/// The live processes of a host.
///
/// Driver: `MpProcessTable` (MP_PROCESS_TABLE, 128 list heads) with its CreateThreadNotifyLock.
struct ProcessTable {
    private struct Slot {
        var generation: UInt64 = 0
        /// Not of a live process if the slot is free.
        var context: ProcessContext
        /// The tid used for the process's first thread if a caller names none; 0 until it is needed. Here, because it fits into
        /// the end of the context.
        var initialThreadId: UInt32 = 0
        /// Creation times of the threads that were created and not deleted, by tid. Not in the context: if a copy of
        /// the context were held while a thread is added, all of them would be copied.
        var threads = OrderedTable<UInt32, FileTime>()
    }

    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var slotsById = IdTable<UInt32>(filler: 0)
    private var order = OrderedTable<UInt32, UInt32>()
    /// The owner of each thread, by tid. A thread that exited with its process stays until it is removed; its reference
    /// finds nothing.
    private var ownersOfThreads = IdTable(filler: ProcessReference(slot: 0, generation: 0))
    /// The slot of the process whose first thread each tid is reserved for.
    private var reservations = IdTable<UInt32>(filler: 0)
    /// The pids and tids that are used or reserved: Windows allocates both from one table.
    private var usedIds = IdSet()
    /// Threads that exited with their process and are not removed yet.
    private var departed: [(owner: ProcessReference, threads: OrderedTable<UInt32, FileTime>)] = []

    /// Threads that are removed when their process exits. The rest are removed during later events, so that no event
    /// delays the others for long.
    static let forgottenAtOnce = 4096
    private static let forgottenLater = 256

    /// The number of processes that CreateThreadNotifyRoutineEx may still have to check (PRC-5, TEX-2).
    var createThreadNotifyLock = 0

    /// Bytes of the names and command lines of all live processes.
    private(set) var textBytes = 0

    private(set) var revisions = ProcessRevisions()

    /// A table with the System process (DATA-6).
    init() {
        insert(.system)
    }

    /// Live processes, the System process included.
    var count: Int { slotsById.count }

    /// Threads that were created and not deleted.
    private(set) var threadCount = 0

    /// The first `limit` live processes with pids above `processId`, in ascending order.
    ///
    /// - Complexity: O(log n + limit).
    func contexts(after processId: UInt32?, limit: Int) -> [ProcessContext] {
        order.entries(after: processId, limit: limit).map { slots[Int($0.value)].context }
    }

    /// The live process with a pid: `MpGetProcessContextById` (DATA-1).
    ///
    /// - Complexity: O(1).
    func reference(processId: UInt32) -> ProcessReference? {
        guard let slot = slotsById[processId] else { return nil }
        return ProcessReference(slot: Int(slot), generation: slots[Int(slot)].generation)
    }

    /// The context that `reference` refers to; nil once the process has exited.
    ///
    /// - Complexity: O(1).
    subscript(reference: ProcessReference) -> ProcessContext? {
        isLive(reference) ? slots[reference.slot].context : nil
    }

    /// The context of a process that has not exited, read in place: a copy counts the references of its texts.
    subscript(live reference: ProcessReference) -> ProcessContext {
        _read { yield slots[reference.slot].context }
    }

    /// The context of the live process with a pid.
    func context(processId: UInt32) -> ProcessContext? {
        slotsById[processId].map { slots[Int($0)].context }
    }

    /// Changes rules, flags or what belongs to them in place, but not texts. Does nothing and returns nil once the process has
    /// exited.
    @discardableResult
    mutating func update<Result>(
        _ reference: ProcessReference, _ change: (inout ProcessContext) -> Result
    ) -> Result? {
        guard isLive(reference) else { return nil }
        let slot = reference.slot
        let (rules, flags) = (slots[slot].context.rules, slots[slot].context.flags)
        defer { if slots[slot].context.rules != rules || slots[slot].context.flags != flags { revise(slot) } }
        return change(&slots[slot].context)
    }

    /// Replaces a context by another one of the same process, and returns it as it is then. Does nothing and returns nil once the
    /// process has exited.
    @discardableResult
    mutating func replace(_ reference: ProcessReference, with context: ProcessContext) -> ProcessContext? {
        guard isLive(reference) else { return nil }
        let slot = reference.slot
        if slots[slot].context != context {
            textBytes += context.textBytes - slots[slot].context.textBytes
            slots[slot].context = context
            revise(slot)
        }
        return slots[slot].context
    }

    private mutating func revise(_ slot: Int) { slots[slot].context.revision = revisions.change(slot: slot) }

    /// The slots of the processes that changed after `revision`, the last one first; nil if there are more than `most`.
    ///
    /// - Complexity: O(slots returned), at most `most`.
    func changedSlots(after revision: UInt64, atMost most: Int) -> [Int]? {
        var count = 0
        let changed = revisions.recency.newestFirst { slot in
            count += 1
            return count <= most + 1 && slots[slot].context.revision > revision
        }
        return changed.count > most ? nil : changed
    }

    /// The context of the live process in a slot.
    func context(inSlot slot: Int) -> ProcessContext { slots[slot].context }

    /// Counts a message for a process (ASY-2). Does nothing once the process has exited.
    mutating func countNotification(of reference: ProcessReference) {
        if isLive(reference) { slots[reference.slot].context.notificationsSent += 1 }
    }

    /// Adds a process whose pid is free.
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
        let processId = context.identity.processId
        slotsById[processId] = UInt32(index)
        order[processId] = UInt32(index)
        slots[index].context.revision = revisions.add(slot: index)
        usedIds.insert(processId)
        forgetThreads(ProcessTable.forgottenLater)
        return ProcessReference(slot: index, generation: slots[index].generation)
    }

    /// Removes a process and frees its ids. References to it no longer find it.
    ///
    /// - Complexity: O(log n), plus O(threads) up to `forgottenAtOnce`.
    @discardableResult
    mutating func remove(_ reference: ProcessReference) -> ProcessContext? {
        guard let context = self[reference] else { return nil }
        textBytes -= context.textBytes
        let slot = slots[reference.slot]
        slots[reference.slot] = Slot(generation: slot.generation + 1, context: .system)
        freeSlots.append(reference.slot)
        revisions.remove(slot: reference.slot, context.identity)
        slotsById[context.identity.processId] = nil
        order[context.identity.processId] = nil
        release(context.identity.processId)
        if slot.initialThreadId != 0 {
            reservations[slot.initialThreadId] = nil
            release(slot.initialThreadId)
        }
        if !slot.threads.isEmpty {
            threadCount -= slot.threads.count
            departed.append((reference, slot.threads))
        }
        forgetThreads(ProcessTable.forgottenAtOnce)
        return context
    }

    /// Frees the tids of up to `count` threads whose process has exited.
    private mutating func forgetThreads(_ count: Int) {
        if departed.isEmpty { return }
        var rest = count
        while rest > 0, let last = departed.indices.last {
            let owner = departed[last].owner
            let forgotten = departed[last].threads.removeLast(rest)
            for (threadId, _) in forgotten where ownersOfThreads[threadId] == owner {
                ownersOfThreads[threadId] = nil
                release(threadId)
            }
            rest -= forgotten.count
            if departed[last].threads.isEmpty { departed.removeLast() }
        }
    }
}

// MARK: - Threads and ids

extension ProcessTable {
    /// Whether some process has the thread.
    func hasThread(_ threadId: UInt32) -> Bool { ownersOfThreads[threadId].map(isLive) ?? false }

    /// The pid of the process whose first thread the tid is reserved for; nil if it is not reserved.
    func processId(ofFirstThread threadId: UInt32) -> UInt32? {
        reservations[threadId].map { slots[Int($0)].context.identity.processId }
    }

    /// Adds a created thread whose tid is free.
    mutating func insertThread(_ thread: AuxTidCreationTime, of reference: ProcessReference) {
        guard isLive(reference) else { return }
        slots[reference.slot].threads[thread.threadId] = thread.creationTime
        ownersOfThreads[thread.threadId] = reference
        usedIds.insert(thread.threadId)
        threadCount += 1
        forgetThreads(ProcessTable.forgottenLater)
    }

    /// Removes a thread of any process; false if there is none.
    @discardableResult
    mutating func removeThread(_ threadId: UInt32) -> Bool {
        guard let owner = ownersOfThreads[threadId], isLive(owner) else { return false }
        ownersOfThreads[threadId] = nil
        slots[owner.slot].threads[threadId] = nil
        threadCount -= 1
        release(threadId)
        forgetThreads(ProcessTable.forgottenLater)
        return true
    }

    /// The first `limit` threads of a process with tids above `threadId` that were created and not deleted, in
    /// ascending order.
    ///
    /// - Complexity: O(log n + limit).
    func threads(of reference: ProcessReference, after threadId: UInt32?, limit: Int) -> [AuxTidCreationTime] {
        guard isLive(reference) else { return [] }
        return slots[reference.slot].threads.entries(after: threadId, limit: limit)
            .map { AuxTidCreationTime(threadId: $0.key, creationTime: $0.value) }
    }

    /// When a thread of a process was created; nil when the process has no such thread.
    func creationTime(ofThread threadId: UInt32, of reference: ProcessReference) -> FileTime? {
        isLive(reference) ? slots[reference.slot].threads[threadId] : nil
    }

    /// The process's initial thread id, used if the caller names no thread. It is chosen once, differs from `excluded`,
    /// and stays reserved while the process lives.
    mutating func initialThreadId(of reference: ProcessReference, otherThan excluded: UInt32?) -> UInt32 {
        guard isLive(reference) else { return 0 }
        let known = slots[reference.slot].initialThreadId
        if known != 0 { return known }
        if let excluded { usedIds.insert(excluded) }
        let chosen = usedIds.lowestFree
        if let excluded { release(excluded) }
        usedIds.insert(chosen)
        reservations[chosen] = UInt32(reference.slot)
        slots[reference.slot].initialThreadId = chosen
        return chosen
    }

    /// Frees a tid that is reserved for the first thread of a process. Another one is chosen if needed.
    mutating func endReservation(of threadId: UInt32) {
        guard let slot = reservations[threadId] else { return }
        reservations[threadId] = nil
        slots[Int(slot)].initialThreadId = 0
        release(threadId)
    }

    /// The lowest multiple of 4 that is neither a pid nor a tid: Windows allocates both from one table.
    ///
    /// - Complexity: O(1).
    func lowestFreeId() -> UInt32 { usedIds.lowestFree }

    /// Whether the process has not exited.
    @inline(__always)
    func isLive(_ reference: ProcessReference) -> Bool {
        slots[reference.slot].generation == reference.generation
    }

    private mutating func release(_ id: UInt32) {
        if slotsById[id] == nil, ownersOfThreads[id] == nil, reservations[id] == nil { usedIds.remove(id) }
    }
}
