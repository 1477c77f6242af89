import Bytes

// How a run gets its lines.
extension AddressedRun {
    /// Adds a line that begins where the last one ends; false if it does not.
    ///
    /// - Parameter bytesLeft: The number of bytes that may still be read.
    mutating func append(_ readings: [Reading], _ line: Int, _ bytesLeft: inout Int) throws(DumpFault) -> Bool {
        guard fault == nil, unreadableLine == nil else { return false }
        for reading in readings {
            for previous in last {
                guard let address = reading.address,
                    reading.form == previous.form || reading.isClean && previous.isClean,
                    let step = base.step(from: previous, to: address, mayRepeat: isRepeating && isNext(line))
                else { continue }
                if isNext(line), !reading.continues(previous) {
                    fault = DumpFault(line: line, detail: "its words are written in another way than those before")
                }
                try settle(previous, step, copies: step.copies, line, &bytesLeft)
                last = readings.filter { $0.address?.hex == address.hex && $0.form == reading.form }
                lineCount += 1
                (padding, isEnded) = (0, false)
                extend(to: line)
                if reading.isUnreadable { unreadableLine = line }
                noteBroken()
                return true
            }
        }
        return false
    }

    /// Ends with a line that is only an address; false if that is not the end of the last line.
    mutating func end(_ address: DumpAddress, _ line: Int, _ bytesLeft: inout Int) throws(DumpFault) -> Bool {
        guard fault == nil, address.digits == start.digits else { return false }
        // od and hexdump print the size as an address.
        let isSize = !start.hasSign && !start.hasTick && !start.hasPrefix
        for previous in last {
            guard
                let step = base.step(
                    from: previous, to: address, mayRepeat: isRepeating && isNext(line), mayEnd: isSize)
            else { continue }
            try settle(previous, step, copies: step.copies - 1, line, &bytesLeft)
            (last, padding, isEnded) = ([previous], step.padding, true)
            extend(to: line)
            return true
        }
        if isSize, isNext(line) { fault = gap(before: address, line, "ends") }
        return false
    }

    /// Notes a `*`, if it is on the next line.
    mutating func `repeat`(_ line: Int) {
        guard isNext(line) else { return }
        isRepeating = true
        extend(to: line)
    }

    /// Takes the lines of `other` as its own, because lines are missing between them: nothing is known about their bytes.
    mutating func take(_ other: AddressedRun) {
        fault = fault ?? gap(before: other.start, other.firstLine, "begins")
        for block in other.blocks { for line in block { extend(to: line) } }
    }

    /// Notes what follows the words of the last line, if that is neither their text nor a comment.
    mutating func noteBroken() {
        guard let best, best.ending == .broken else { return }
        let detail = "something follows that is neither a word nor the text of the words"
        fault = fault ?? DumpFault(line: lastLine, detail: detail)
    }

    /// The fault of a line that begins, or ends the dump, at another address than the next one.
    private func gap(before address: DumpAddress, _ line: Int, _ verb: String) -> DumpFault {
        let end = best.flatMap { last in last.address.map { base.value(of: $0) &+ UInt64(last.bytes.count) } } ?? 0
        let detail = "\(verb) at \(base.value(of: address).hex()), but the line before it ends at \(end.hex())"
        return DumpFault(line: line, detail: detail)
    }

    /// Adds the words of the last line, `copies` times, and takes the step to the next one.
    private mutating func settle(
        _ reading: Reading, _ step: AddressBase.Step, copies: Int, _ line: Int, _ bytesLeft: inout Int
    ) throws(DumpFault) {
        guard copies <= bytesLeft / max(1, reading.bytes.count) else { throw DumpFault.tooManyBytes(line) }
        bytesLeft -= copies * reading.bytes.count
        words.append(reading, copies: copies)
        base.take(step, from: reading)
        if lineCount == 1, let address = reading.address { start = address }
        if !reading.isClean { isClean = false }
        isRepeating = false
    }
}

extension Reading {
    /// Whether it is written like the line before it, or is a shorter last line.
    fileprivate func continues(_ previous: Reading) -> Bool {
        form == previous.form || bytes.isEmpty || form.size < previous.form.size && ending == .text
    }
}
