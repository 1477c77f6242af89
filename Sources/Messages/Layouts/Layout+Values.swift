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
            case .byte(let path): member.field.field.unsigned(UInt64(path[content]))
            case .flag(let path): .number(path[content] ? 1 : 0)
            case .dword(let path): member.field.field.unsigned(UInt64(path[content]))
            case .signedDword(let path): .signed(Int64(path[content]))
            case .qword(let path): member.field.field.unsigned(path[content])
            case .signedQword(let path): .signed(path[content])
            case .process(let path): .process(path[content])
            case .thread(let path): .thread(path[content])
            case .oword(let path): member.field.field.oword(path[content])
            case .constant, .measure: nil
            }
        case .part(let part):
            switch part {
            case .text(let path): .text(path[content])
            case .data(let path): .bytes(path[content])
            case .hashes(let path): .hashes(path[content])
            }
        }
    }

    /// Stores a value in its slot or part; ignores a value of another type.
    func set(_ access: Access, to value: FieldValue, in content: inout Content) {
        switch access {
        case .slot(let slot):
            switch (slot, value) {
            case (.byte(let path), .number(let number)), (.byte(let path), .hex(let number)):
                content[keyPath: path.path] = UInt8(truncatingIfNeeded: number)
            case (.flag(let path), .number(let number)): content[keyPath: path.path] = number != 0
            case (.dword(let path), .number(let number)), (.dword(let path), .hex(let number)):
                content[keyPath: path.path] = UInt32(truncatingIfNeeded: number)
            case (.signedDword(let path), .signed(let number)):
                content[keyPath: path.path] = Int32(truncatingIfNeeded: number)
            case (.qword(let path), .number(let number)), (.qword(let path), .hex(let number)):
                content[keyPath: path.path] = number
            case (.signedQword(let path), .signed(let number)): content[keyPath: path.path] = number
            case (.process(let path), .process(let process)): content[keyPath: path.path] = process
            case (.thread(let path), .thread(let thread)): content[keyPath: path.path] = thread
            case (.oword(let path), .guid(let oword)): content[keyPath: path.path] = oword
            case (.oword(let path), .bytes(let bytes)): content[keyPath: path.path] = OWord(bytes: bytes) ?? .zero
            default: return
            }
        case .part(let part):
            switch (part, value) {
            case (.text(let path), .text(let text)): content[keyPath: path.path] = text
            case (.data(let path), .bytes(let bytes)): content[keyPath: path.path] = bytes
            case (.hashes(let path), .hashes(let hashes)): content[keyPath: path.path] = hashes
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
