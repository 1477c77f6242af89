extension Layout {
    /// Passes the fields that JSON shows to `body` with their values in `content`, in the order of the table.
    func forEachMember(
        of content: Content, where isIncluded: (MemberField) -> Bool = { _ in true }, _ body: (MessageMember) -> Void
    ) {
        for member in members where isIncluded(member.field) {
            if let value = value(of: member, in: content) { body(MessageMember(member.field, value)) }
        }
    }

    /// A content with the values that `value` returns for the fields that JSON shows; others stay 0 or empty.
    func content(_ value: (LayoutField) -> FieldValue?) -> Content {
        var content = empty
        for member in members {
            if let value = value(member.field.field) { set(member.access, to: value, in: &content) }
        }
        return content
    }

    private func value(of member: Member, in content: Content) -> FieldValue? {
        switch member.access {
        case .slot(let slot):
            switch slot {
            case .byte(let property): member.field.field.unsigned(UInt64(property[content]))
            case .flag(let property): .number(property[content] ? 1 : 0)
            case .dword(let property): member.field.field.unsigned(UInt64(property[content]))
            case .signedDword(let property): .signed(Int64(property[content]))
            case .qword(let property): member.field.field.unsigned(property[content])
            case .signedQword(let property): .signed(property[content])
            case .process(let property): .process(property[content])
            case .thread(let property): .thread(property[content])
            case .oword(let property): member.field.field.oword(property[content])
            case .constant, .measure: nil
            }
        case .part(let part):
            switch part {
            case .text(let property): .text(property[content])
            case .data(let property): .bytes(property[content])
            case .hashes(let property): .hashes(property[content])
            }
        }
    }

    /// Stores a value in its slot or part; ignores a value of another type.
    func set(_ access: Access, to value: FieldValue, in content: inout Content) {
        switch access {
        case .slot(let slot):
            switch (slot, value) {
            case (.byte(let property), .number(let number)), (.byte(let property), .hex(let number)):
                content[keyPath: property.path] = UInt8(truncatingIfNeeded: number)
            case (.flag(let property), .number(let number)): content[keyPath: property.path] = number != 0
            case (.dword(let property), .number(let number)), (.dword(let property), .hex(let number)):
                content[keyPath: property.path] = UInt32(truncatingIfNeeded: number)
            case (.signedDword(let property), .signed(let number)):
                content[keyPath: property.path] = Int32(truncatingIfNeeded: number)
            case (.qword(let property), .number(let number)), (.qword(let property), .hex(let number)):
                content[keyPath: property.path] = number
            case (.signedQword(let property), .signed(let number)): content[keyPath: property.path] = number
            case (.process(let property), .process(let process)): content[keyPath: property.path] = process
            case (.thread(let property), .thread(let thread)): content[keyPath: property.path] = thread
            case (.oword(let property), .guid(let oword)): content[keyPath: property.path] = oword
            case (.oword(let property), .bytes(let bytes)):
                content[keyPath: property.path] = OWord(bytes: bytes) ?? .zero
            default: return
            }
        case .part(let part):
            switch (part, value) {
            case (.text(let property), .text(let text)): content[keyPath: property.path] = text
            case (.data(let property), .bytes(let bytes)): content[keyPath: property.path] = bytes
            case (.hashes(let property), .hashes(let hashes)): content[keyPath: property.path] = hashes
            default: return
            }
        }
    }
}

extension LayoutField {
    /// An unsigned value in the form that the field shows.
    func unsigned(_ value: UInt64) -> FieldValue { kind == .hex ? .hex(value) : .number(value) }

    /// Sixteen bytes in the form that the field shows.
    func oword(_ value: OWord) -> FieldValue { kind == .guid ? .guid(value) : .bytes(value.bytes) }
}
