import Bytes

extension Layout {
    /// Reads a content and records each of its pieces.
    ///
    /// Nil after a fault. Pieces that can be read are still recorded.
    ///
    /// - Parameter base: the position of the table's offset 0 in the reader.
    func read(_ reader: inout MessageReader, base: Int) -> Content? {
        let faults = reader.faults.count
        var content = empty
        var measures = [UInt64?](repeating: nil, count: fields.count)
        for (index, field) in fields.enumerated() {
            let (offset, size) = (base + (field.facts.offset ?? 0), field.facts.size ?? 0)
            // Everything after it would be missing as well.
            guard reader.has(size, at: offset, for: field.facts.name) else { return nil }
            let value = value(of: field, at: offset, size, reader)
            set(.slot(field.slot), to: value, in: &content)
            reader.note(field.facts, of: name, at: offset, size: size, value)
            if case .measure = field.slot, case .number(let number) = value { measures[index] = number }
            if case .constant(let expected) = field.facts.kind, value != .hex(expected) {
                reader.fault(offset, "\(field.facts.name) is not \(expected.hex())")
            }
        }
        var next = base + fixedSize
        for part in parts {
            guard let extent = locate(part, measures, next, base, &reader) else { continue }
            read(part, at: extent, &reader, into: &content)
            next = extent.upperBound
        }
        return reader.faults.count == faults ? content : nil
    }

    /// The value of a field whose bytes must be present.
    private func value(of field: Field, at offset: Int, _ size: Int, _ reader: MessageReader) -> FieldValue {
        switch field.slot {
        case .process, .thread:
            let id = UInt32(truncatingIfNeeded: reader.number(at: offset, size: 4))
            let time = FileTime(ticks: reader.number(at: offset + 4, size: 8))
            return field.facts.kind == .process
                ? .process(AuxPidCreationTime(processId: id, creationTime: time))
                : .thread(AuxTidCreationTime(threadId: id, creationTime: time))
        case .oword: return field.facts.oword(reader.oword(at: offset))
        case .signedDword:
            return .signed(Int64(Int32(truncatingIfNeeded: reader.number(at: offset, size: size))))
        case .signedQword: return .signed(Int64(bitPattern: reader.number(at: offset, size: size)))
        case .constant where field.facts.kind == .zero: return .bytes(Array(reader.bytes[offset..<offset + size]))
        case .constant: return .hex(reader.number(at: offset, size: size))
        case .measure: return .number(reader.number(at: offset, size: size))
        case .byte, .flag, .dword, .qword:
            return field.facts.unsigned(reader.number(at: offset, size: size))
        }
    }

    /// The position of a part, checked before it is used. Nil if it is absent or, after a fault, cannot be read.
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
            // Offsets count from byte 08. Compare before adding anything: the message can contain any 64 bits here.
            guard reader.end >= 8, offset <= UInt64(reader.end - 8) else {
                if !reader.isTruncated { reader.fault(place, "points to \(offset.hex()), behind the message") }
                return nil
            }
            start = Int(offset) + 8
            guard start >= base + fixedSize else {
                reader.fault(place, "points to \(offset.hex()), into the fields before \(part.facts.name)")
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
                reader.fault(place, "is \(measured.hex()), so that \(part.facts.name) goes beyond the message")
            }
            return nil
        }
        return start..<start + size
    }

    private func read(_ part: Part, at extent: Range<Int>, _ reader: inout MessageReader, into content: inout Content) {
        var size = extent.count
        let value: FieldValue
        switch part.content {
        case .text:
            guard let (text, textSize) = readText(part, at: extent, &reader) else { return }
            (value, size) = (.text(text), textSize)
        case .data: value = .bytes(Array(reader.bytes[extent]))
        case .hashes:
            let places = stride(from: extent.lowerBound, to: extent.upperBound, by: OWord.size)
            value = .hashes(places.map { reader.oword(at: $0) })
        }
        set(.part(part.content), to: value, in: &content)
        if size > 0 { reader.note(part.facts, of: name, at: extent.lowerBound, size: size, value) }
    }

    /// A text and its size in bytes, including its terminator.
    private func readText(
        _ part: Part, at extent: Range<Int>, _ reader: inout MessageReader
    ) -> (text: UnicodeString, size: Int)? {
        let (start, name) = (extent.lowerBound, part.facts.name)
        guard case .text(let terminatorSize) = part.facts.kind else { return nil }
        if part.measureField != nil {
            if extent.isEmpty, part.offsetField != nil { return nil }
            guard extent.count >= 2, extent.count.isMultiple(of: 2) else {
                reader.fault(start, "\(name) has \(extent.count.hexBytes): not a UTF-16 text with a NUL")
                return nil
            }
        }
        guard let terminator = reader.terminator(from: start, to: extent.upperBound) else {
            guard reader.isTruncated else {
                reader.fault(start, "\(name) has no NUL at its end")
                return nil
            }
            let units = reader.units(at: start, before: extent.upperBound)
            return (reader.text(at: start, units: units), 2 * units)
        }
        if part.measureField != nil, terminator != extent.upperBound - 2 {
            reader.fault(terminator, "a NUL within \(name)")
            return nil
        }
        let units = (terminator - start) / 2
        return (reader.text(at: start, units: units), min(2 * units + terminatorSize, extent.upperBound - start))
    }
}
