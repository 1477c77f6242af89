public import JSON
public import Messages

extension JSONWriter {
    /// Writes a field of a message as a member of the current object.
    public mutating func member(_ member: MessageMember) {
        self.member(key: member.name) { $0.value(member.value) }
    }

    /// Writes the value of a field of a message: bytes in base64, masks and addresses in hex.
    public mutating func value(_ value: FieldValue) {
        switch value {
        case .number(let number): self.value(number)
        case .signed(let number): self.value(number)
        case .hex(let number): hex(number)
        case .process(let process): self.value(process)
        case .thread(let thread): self.value(thread)
        case .text(let text): self.value(text.text)
        case .bytes(let bytes): self.value(base64: bytes)
        case .guid(let guid): self.value(guid.guid)
        case .hashes(let hashes):
            array { json in
                for hash in hashes { json.value(base64: hash.bytes) }
            }
        }
    }
}
