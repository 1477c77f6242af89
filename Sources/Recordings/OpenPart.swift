/// A part whose lines are being handed out.
struct OpenPart {
    let name: String
    let lines: any LineSource
    let isReversed: Bool
    /// Comes behind the lines.
    var fault: RecordingFault?
    /// For lines that are handed out backwards: of how many bytes of the file they are.
    var span: ClosedRange<UInt64>?

    /// How far the file that `parts` is of was handed out.
    func position(in parts: any PartSequence) -> UInt64 {
        guard let span, let lines = lines as? BackwardLines else { return parts.position }
        return span.upperBound - UInt64(Double(span.upperBound - span.lowerBound) * lines.fractionLeft)
    }
}

/// Opens parts in the order in which they are to be read.
struct PartOpening {
    /// Which parts are read backwards, those that are not named forwards; nil for all backwards.
    let reversed: [Bool]?
    let limits: LineLimits
    let temporaryFolder: String

    /// Opens the part `number` that `parts` has come to.
    func open(_ part: RawPart, number: Int, of parts: any PartSequence) throws(RecordingFault) -> OpenPart {
        let start = parts.position
        let text = TextStream(part.bytes, range: part.range)
        guard reversed.map({ number < $0.count && $0[number] }) ?? true else {
            return OpenPart(name: part.name, lines: ForwardLines(text, limits: limits), isReversed: false)
        }
        if let range = text.range {
            let lines = BackwardLines(range, limits: limits)
            let span = UInt64(range.bounds.lowerBound)...UInt64(range.bounds.upperBound)
            return OpenPart(name: part.name, lines: lines, isReversed: true, span: span)
        }
        let (spool, fault) = try spooled(text, name: part.name)
        let lines = BackwardLines(spool.range, limits: limits)
        return OpenPart(
            name: part.name, lines: lines, isReversed: true, fault: fault, span: start...max(start, parts.position))
    }

    /// The whole lines of `text`, up to the fault that ends them.
    private func spooled(
        _ text: TextStream, name: String
    ) throws(RecordingFault) -> (spool: SpoolFile, fault: RecordingFault?) {
        var spool = try SpoolFile(in: temporaryFolder, for: name)
        let lines = ForwardLines(text, limits: limits)
        while true {
            let block: [UInt8]?
            do throws(RecordingFault) {
                block = try lines.next()
            } catch {
                return (spool, error)
            }
            guard let block else { return (spool, nil) }
            try spool.append(block)
        }
    }
}
