import Bytes
import DequeModule
import Messages

/// The processes that were removed last, by revision.
struct RemovedProcesses {
    private var removals: Deque<ProcessChanges.Removal> = []
    /// The revision of the last removal that is no longer kept; 0 if all are.
    private(set) var forgotten: UInt64 = 0

    /// How many are kept.
    static let most = 4096

    /// Adds a removal, which is the last one, and forgets the first one if there are too many.
    mutating func append(_ removal: ProcessChanges.Removal) {
        removals.append(removal)
        if removals.count > Self.most, let first = removals.popFirst() { forgotten = first.revision }
    }

    /// The removals after a revision, the first one first.
    ///
    /// - Complexity: O(log n + removals returned).
    func after(_ revision: UInt64) -> Deque<ProcessChanges.Removal>.SubSequence {
        removals[removals.partitioningIndex { $0.revision > revision }...]
    }
}
