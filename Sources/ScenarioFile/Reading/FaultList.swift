/// The faults of a file, each once, at most `SourceText.mostFaults`.
struct FaultList {
    private var faults: [SourceFault]
    private var seen: Set<SourceFault>

    /// The faults of the form of a file; if there are too many, one of them counts the rest.
    init(_ faults: [SourceFault]) {
        self.faults = faults
        seen = Set(faults)
    }

    /// Whether no further fault is listed, so that reading on is of no use.
    var isFull: Bool { faults.count >= SourceText.mostFaults }

    /// Adds the fault, unless it is listed already or the list is full.
    mutating func add(_ fault: SourceFault) {
        if !isFull, seen.insert(fault).inserted { faults.append(fault) }
    }

    /// Adds the faults.
    mutating func add(_ faults: some Sequence<SourceFault>) {
        for fault in faults { add(fault) }
    }

    /// The faults by line; those of one line in the order in which they were added, and those of the whole file last.
    var byLine: [SourceFault] {
        let most = SourceText.mostFaults
        let sorted = faults.enumerated().sorted {
            ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
        }.map(\.element)
        return faults.count == most
            ? sorted + [SourceFault(line: nil, "has \(most) faults or more; the first \(most) are listed")] : sorted
    }
}
