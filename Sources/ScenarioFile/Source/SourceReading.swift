import Bytes
import YAML

/// The documents and faults that a reader of one format has found so far.
struct SourceReading {
    private(set) var documents: [SourceNode] = []
    /// At most `SourceText.mostFaults`.
    private(set) var faults: [SourceFault] = []
    private var unlisted = 0

    /// Adds the next document.
    mutating func add(_ document: SourceNode) { documents.append(document) }

    /// Adds a fault, or counts it if there are too many.
    mutating func add(line: Int?, path: ValuePath = ValuePath(), _ detail: String) {
        if faults.count < SourceText.mostFaults {
            faults.append(SourceFault(line: line, path: path.description, detail))
        } else {
            unlisted += 1
        }
    }

    /// Counts faults that are not listed.
    mutating func addUnlisted(_ count: Int) { unlisted += count }

    /// The documents, and the faults by line.
    func result() -> (documents: [SourceNode], faults: [SourceFault]) {
        var sorted = faults.byLine
        if unlisted > 0 { sorted.append(SourceFault(line: nil, unlisted.faultsNotListed)) }
        return (documents, sorted)
    }
}
