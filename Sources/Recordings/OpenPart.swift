import RecordText

/// A part that is being read.
struct OpenPart {
    let name: String
    /// What it looks like, if it certainly is not a recording.
    let look: String?
    let lines: any LineSource
    let isReversed: Bool
    /// A fault to throw after the lines.
    var fault: RecordingFault?
    /// For lines read backwards: the range of bytes of the file that contains them.
    var span: ClosedRange<UInt64>?

    /// Position in the file of `parts` up to which lines were returned.
    func position(in parts: any PartSequence) -> UInt64 {
        guard let span, let lines = lines as? BackwardLines else { return parts.position }
        return span.upperBound - UInt64(Double(span.upperBound - span.lowerBound) * lines.fractionLeft)
    }
}

/// Opens parts in their reading direction.
struct PartOpening {
    /// Which parts to read backwards; parts beyond its end are read forwards. Nil to read all backwards.
    let reversed: [Bool]?
    let limits: LineLimits
    let temporaryFolder: String

    /// Opens `part`, which is the current part of `parts` and has index `number`.
    func open(_ part: RawPart, number: Int, of parts: any PartSequence) throws(RecordingFault) -> OpenPart {
        let start = parts.position
        part.bytes.peek(until: Container.isClear)
        let look = ForeignContent.description(of: part.bytes.head)
        let text = TextStream(part.bytes, range: part.range)
        guard reversed.map({ number < $0.count && $0[number] }) ?? true else {
            return OpenPart(name: part.name, look: look, lines: ForwardLines(text, limits: limits), isReversed: false)
        }
        if let range = text.range, try range.isRecordPerLine() {
            let lines = BackwardLines(range, limits: limits)
            let span = UInt64(range.bounds.lowerBound)...UInt64(range.bounds.upperBound)
            return OpenPart(name: part.name, look: look, lines: lines, isReversed: true, span: span)
        }
        let (spool, fault) = try spooled(text, name: part.name)
        let lines = BackwardLines(spool.range, limits: limits)
        return OpenPart(
            name: part.name, look: look, lines: lines, isReversed: true, fault: fault,
            span: start...max(start, parts.position))
    }

    /// Copies the complete lines of `text`, up to a fault, to a temporary file.
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
