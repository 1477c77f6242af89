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

    /// The faults by line; if there may be others, a last one says so.
    var byLine: [SourceFault] {
        let most = SourceText.mostFaults
        if faults.count != most { return faults.byLine }
        return faults.byLine + [SourceFault(line: nil, "has \(most) faults or more; the first \(most) are listed")]
    }
}
