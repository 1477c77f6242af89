extension Layout {
    /// Reads a content, and notes each of its pieces.
    ///
    /// Nil after a fault. What can be read is noted all the same.
    ///
    /// - Parameter base: where the table's offset 0 lies in what is read.
    func read(_ reader: inout MessageReader, base: Int) -> Content? {
        let faults = reader.faults.count
        var content = empty
        var measures = [UInt64?](repeating: nil, count: fields.count)
        for (index, field) in fields.enumerated() {
            let (offset, size) = (base + (field.facts.offset ?? 0), field.facts.size ?? 0)
            // All that follows would be missing as well.
            guard reader.has(size, at: offset, for: field.facts.name) else { return nil }
            measures[index] = read(field, at: offset, size, &reader, into: &content)
        }
        var next = base + fixedSize
        for part in parts {
            guard let extent = locate(part, measures, next, base, &reader) else { continue }
            read(part, at: extent, &reader, into: &content)
            next = extent.upperBound
        }
        return reader.faults.count == faults ? content : nil
    }

    /// Reads one field; returns the number that it is, where it measures a part.
    private func read(
        _ field: Field, at offset: Int, _ size: Int, _ reader: inout MessageReader, into content: inout Content
    ) -> UInt64? {
        let number = size <= 8 ? reader.number(at: offset, size: size) : 0
        let time = { [reader] in FileTime(ticks: reader.number(at: offset + 4, size: 8)) }
        let id = UInt32(truncatingIfNeeded: size == 12 ? reader.number(at: offset, size: 4) : number)
        let value: FieldValue
        switch field.slot {
        case .byte(let path):
            content[keyPath: path] = UInt8(truncatingIfNeeded: number)
            value = field.facts.unsigned(number)
        case .flag(let path):
            content[keyPath: path] = number != 0
            value = .number(number)
        case .word(let path):
            content[keyPath: path] = UInt16(truncatingIfNeeded: number)
            value = field.facts.unsigned(number)
        case .double(let path):
            content[keyPath: path] = id
            value = field.facts.unsigned(number)
        case .signedDouble(let path):
            content[keyPath: path] = Int32(bitPattern: id)
            value = .signed(Int64(Int32(bitPattern: id)))
        case .quad(let path):
            content[keyPath: path] = number
            value = field.facts.unsigned(number)
        case .signedQuad(let path):
            content[keyPath: path] = Int64(bitPattern: number)
            value = .signed(Int64(bitPattern: number))
        case .process(let path):
            content[keyPath: path] = AuxPidCreationTime(processId: id, creationTime: time())
            value = .process(content[keyPath: path])
        case .thread(let path):
            content[keyPath: path] = AuxTidCreationTime(threadId: id, creationTime: time())
            value = .thread(content[keyPath: path])
        case .oword(let path):
            content[keyPath: path] = reader.oword(at: offset)
            value = field.facts.oword(content[keyPath: path])
        case .constant:
            if case .constant(let expected) = field.facts.kind {
                if number != expected { reader.fault(offset, "\(field.facts.name) is not 0x\(hex(expected))") }
                value = .hex(number)
            } else {
                value = .bytes(Array(reader.bytes[offset..<offset + size]))
            }
        case .measure:
            reader.note(field.facts, of: name, at: offset, size: size, .number(number))
            return number
        }
        reader.note(field.facts, of: name, at: offset, size: size, value)
        return nil
    }

    /// Where a part lies: checked before it is used. Nil when it is absent or, after a fault, cannot be read.
    private func locate(
        _ part: Part, _ measures: [UInt64?], _ next: Int, _ base: Int, _ reader: inout MessageReader
    ) -> Range<Int>? {
        var start = next
        let measured = part.measureField.flatMap { measures[$0] }
        if let field = part.offsetField {
            let (offset, place) = (measures[field] ?? 0, base + (fields[field].facts.offset ?? 0))
            if offset == 0 {
                if let measured, measured != 0 { reader.fault(place, "is 0, but \(part.facts.name) has a length") }
                return nil
            }
            // Offsets count from byte 08. Compared before anything is added: whatever 64 bits there are may be written here.
            guard reader.end >= 8, offset <= UInt64(reader.end - 8) else {
                if !reader.isTruncated { reader.fault(place, "points to 0x\(hex(offset)), behind the message") }
                return nil
            }
            start = Int(offset) + 8
            guard start >= base + fixedSize else {
                reader.fault(place, "points to 0x\(hex(offset)), into the fields before \(part.facts.name)")
                return nil
            }
        }
        guard let measured else { return start..<reader.end }
        let unit: UInt64 = if case .hashes = part.content { UInt64(OWord.size) } else { 1 }
        // A measure is a u32, so the product fits.
        let size = Int(measured * unit)
        guard size <= reader.end - start else {
            let place = base + (part.measureField.flatMap { fields[$0].facts.offset } ?? 0)
            if !reader.isTruncated {
                reader.fault(place, "is 0x\(hex(measured)), so that \(part.facts.name) goes beyond the message")
            }
            return nil
        }
        return start..<start + size
    }

    private func read(_ part: Part, at extent: Range<Int>, _ reader: inout MessageReader, into content: inout Content) {
        var size = extent.count
        let value: FieldValue
        switch part.content {
        case .text(let path):
            guard let (text, textSize) = readText(part, at: extent, &reader) else { return }
            content[keyPath: path] = text
            size = textSize
            value = .text(text)
        case .data(let path):
            content[keyPath: path] = Array(reader.bytes[extent])
            value = .bytes(content[keyPath: path])
        case .hashes(let path):
            content[keyPath: path] = stride(from: extent.lowerBound, to: extent.upperBound, by: OWord.size)
                .map { reader.oword(at: $0) }
            value = .hashes(content[keyPath: path])
        }
        if size > 0 { reader.note(part.facts, of: name, at: extent.lowerBound, size: size, value) }
    }

    /// A text and the bytes that it takes with what ends it.
    private func readText(
        _ part: Part, at extent: Range<Int>, _ reader: inout MessageReader
    ) -> (text: String, size: Int)? {
        let (start, name) = (extent.lowerBound, part.facts.name)
        guard case .text(let terminatorSize) = part.facts.kind else { return nil }
        if part.measureField != nil {
            if extent.isEmpty, part.offsetField != nil { return nil }
            guard extent.count >= 2, extent.count.isMultiple(of: 2) else {
                reader.fault(start, "\(name) has 0x\(hex(extent.count)) bytes, which is no text with a NUL")
                return nil
            }
        }
        guard let terminator = reader.terminator(from: start, to: extent.upperBound) else {
            guard reader.isTruncated else {
                reader.fault(start, "\(name) has no NUL at its end")
                return nil
            }
            return reader.text(at: start, units: extent.count / 2).map { ($0, extent.count / 2 * 2) }
        }
        if part.measureField != nil, terminator != extent.upperBound - 2 {
            reader.fault(terminator, "a NUL within \(name)")
            return nil
        }
        let units = (terminator - start) / 2
        if let most = part.facts.maxUnits, units > most {
            reader.fault(start, "\(name) has \(units) characters, at most \(most) are allowed")
            return nil
        }
        guard let text = reader.text(at: start, units: units) else { return nil }
        return (text, min(2 * units + terminatorSize, extent.upperBound - start))
    }
}
