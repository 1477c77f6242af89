public import Messages

/// What changed in the processes of a host after a revision (UIA-5).
///
/// Each creation, change and removal of a process is a revision of its host, counted from 1. A process has the revision of
/// its last change. Messages that are counted for a process (ASY-2) are not a change.
public struct ProcessChanges: Sendable {
    /// A process that was removed: it exited, or its creation was denied.
    public struct Removal: Hashable, Sendable {
        /// The revision of its removal.
        public let revision: UInt64
        /// The process.
        public let process: AuxPidCreationTime
    }

    /// The revision up to which these are all changes.
    public let revision: UInt64
    /// The live processes that changed, as they are now, by ascending revision.
    public let items: [ProcessContext]
    /// The processes that were removed, by ascending revision.
    public let removed: [Removal]
    /// Whether these are all changes up to `revision`. Otherwise the revision that was asked for is too old, or not one of this
    /// host, and all processes must be read again.
    public let isComplete: Bool

    /// Whether there is nothing to report.
    var isEmpty: Bool { isComplete && items.isEmpty && removed.isEmpty }

    /// How many processes may have changed after a revision, so that no reader holds the lock for long.
    static let most = 4096
}

extension ProcessTable {
    /// The first `limit` changes after `revision`.
    ///
    /// - Complexity: O(changes), at most `ProcessChanges.most` and the removals that are kept.
    func changes(after revision: UInt64, limit: Int) -> ProcessChanges {
        guard revision <= revisions.current, revision >= revisions.removals.forgotten,
            let changed = changedSlots(after: revision, atMost: ProcessChanges.most)
        else {
            return ProcessChanges(revision: revisions.current, items: [], removed: [], isComplete: false)
        }
        var items: [ProcessContext] = []
        var removed: [ProcessChanges.Removal] = []
        var removals = revisions.removals.after(revision)
        var slots = changed[...]
        while items.count + removed.count < limit {
            let item = slots.last.map { context(inSlot: $0) }
            if let removal = removals.first, removal.revision < item?.revision ?? .max {
                removed.append(removal)
                removals.removeFirst()
            } else if let item {
                items.append(item)
                slots.removeLast()
            } else {
                break
            }
        }
        let isCut = !slots.isEmpty || !removals.isEmpty
        let last = max(items.last?.revision ?? 0, removed.last?.revision ?? 0)
        return ProcessChanges(
            revision: isCut ? max(last, revision) : revisions.current, items: items, removed: removed, isComplete: true)
    }
}
