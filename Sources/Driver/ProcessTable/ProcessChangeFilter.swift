import Messages

/// The changes of processes, as a reader sees them whose list has only the processes that match a query.
///
/// A process that changed and does not match counts as removed: it may have matched before.
public struct ProcessChangeFilter: SlicedWork {
    private let changes: ProcessChanges
    private let query: ProcessSearch.Query
    private var checked = 0
    private var items: [ProcessContext] = []
    private var removed: [ProcessChanges.Removal]

    fileprivate init(_ changes: ProcessChanges, _ query: ProcessSearch.Query) {
        self.changes = changes
        self.query = query
        removed = changes.removed
    }

    /// Checks the next processes; returns the changes once all were checked.
    public mutating func advance() -> ProcessChanges? {
        var steps = ProcessSearch.sliceSteps
        while checked < changes.items.count {
            if steps <= 0 { return nil }
            let process = changes.items[checked]
            checked += 1
            if query.matches(counting: process, &steps) {
                items.append(process)
            } else {
                removed.append(ProcessChanges.Removal(revision: process.revision, process: process.identity))
            }
        }
        removed.sort { $0.revision < $1.revision }
        return ProcessChanges(
            revision: changes.revision, items: items, removed: removed, isComplete: changes.isComplete)
    }
}

extension ProcessChanges {
    /// These changes for a reader of the processes that match `query`, whose position is ignored.
    public func matching(_ query: ProcessSearch.Query) -> ProcessChangeFilter { ProcessChangeFilter(self, query) }
}
