extension Layout {
    /// The size of `content` in bytes.
    func size(of content: Content) -> Int {
        extents.reduce(fixedSize) { $0 + size(of: $1, in: content) }
    }

    /// The bytes of `content` alone.
    func bytes(of content: Content) -> [UInt8] {
        var bytes: [UInt8] = []
        append(content, to: &bytes, base: 0)
        return bytes
    }

    /// Appends `content`.
    ///
    /// - Parameter base: the position of the table's offset 0 in `bytes`. The fields begin at the end of `bytes`.
    func append(_ content: Content, to bytes: inout [UInt8], base: Int) {
        let sizes = extents.map { size(of: $0, in: content) }
        var start = base + fixedSize
        var measures = [UInt64](repeating: 0, count: fields.count)
        for (part, size) in zip(parts, sizes) {
            if let field = part.measureField { measures[field] = measure(of: part, size: size) }
            // Offsets count from byte 08; 0 means that the part is absent.
            if let field = part.offsetField, size > 0 { measures[field] = UInt64(start - 8) }
            start += size
        }
        bytes.reserveCapacity(start)
        bytes.append(contentsOf: repeatElement(0, count: base + fixedSize - bytes.count))
        for (field, measure) in zip(fields, measures) {
            let place = base + (field.facts.offset ?? 0)
            put(field, measure, of: content, into: &bytes, at: place)
        }
        for (part, size) in zip(parts, sizes) { append(part, size: size, of: content, to: &bytes) }
    }

    private func size(of extent: Extent, in content: Content) -> Int {
        switch extent.content {
        case .text(let property): return extent.size(ofText: property[content].unitCount)
        case .data(let property): return property[content].count
        case .hashes(let property): return OWord.size * property[content].count
        }
    }

    private func measure(of part: Part, size: Int) -> UInt64 {
        if case .hashes = part.content { return UInt64(size / OWord.size) }
        return UInt64(size)
    }

    private func put(_ field: Field, _ measure: UInt64, of content: Content, into bytes: inout [UInt8], at place: Int) {
        let size = field.facts.size ?? 0
        switch field.slot {
        case .byte(let property): bytes[place] = property[content]
        case .flag(let property): bytes[place] = property[content] ? 1 : 0
        case .dword(let property): bytes.put(UInt64(property[content]), size, at: place)
        case .signedDword(let property):
            bytes.put(UInt64(UInt32(bitPattern: property[content])), size, at: place)
        case .qword(let property): bytes.put(property[content], size, at: place)
        case .signedQword(let property): bytes.put(UInt64(bitPattern: property[content]), size, at: place)
        case .process(let property):
            bytes.put(UInt64(property[content].processId), 4, at: place)
            bytes.put(property[content].creationTime.ticks, 8, at: place + 4)
        case .thread(let property):
            bytes.put(UInt64(property[content].threadId), 4, at: place)
            bytes.put(property[content].creationTime.ticks, 8, at: place + 4)
        case .oword(let property):
            bytes.put(property[content].low, 8, at: place)
            bytes.put(property[content].high, 8, at: place + 8)
        case .constant:
            if case .constant(let value) = field.facts.kind { bytes.put(value, size, at: place) }
        case .measure: bytes.put(measure, size, at: place)
        }
    }

    private func append(_ part: Part, size: Int, of content: Content, to bytes: inout [UInt8]) {
        let end = bytes.count + size
        switch part.content {
        case .text(let property):
            property[content].forEachUnit { unit in
                bytes.append(UInt8(truncatingIfNeeded: unit))
                bytes.append(UInt8(truncatingIfNeeded: unit >> 8))
            }
        case .data(let property): bytes.append(contentsOf: property[content])
        case .hashes(let property):
            for hash in property[content] { bytes.append(contentsOf: hash.bytes) }
        }
        bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
    }
}

extension [UInt8] {
    /// Writes the low `size` bytes of `number`, little-endian.
    fileprivate mutating func put(_ number: UInt64, _ size: Int, at place: Int) {
        for index in 0..<size { self[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
    }
}
