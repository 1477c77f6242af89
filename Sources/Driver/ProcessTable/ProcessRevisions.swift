import Messages

/// The numbers of the creations, changes and removals of a host's processes, and which of them were the last (UIA-5).
struct ProcessRevisions {
    /// The last one; each is higher by 1 than the one before.
    private(set) var current: UInt64 = 0
    /// The slots of the live processes.
    private(set) var recency = RecencyOrder()
    private(set) var removals = RemovedProcesses()

    /// Numbers the creation of the process in a free slot.
    mutating func add(slot: Int) -> UInt64 {
        recency.append(slot)
        return next()
    }

    /// Numbers a change of the process in a slot.
    mutating func change(slot: Int) -> UInt64 {
        recency.moveToEnd(slot)
        return next()
    }

    /// Numbers the removal of the process in a slot.
    mutating func remove(slot: Int, _ process: AuxPidCreationTime) {
        recency.remove(slot)
        removals.append(ProcessChanges.Removal(revision: next(), process: process))
    }

    private mutating func next() -> UInt64 {
        current += 1
        return current
    }
}
