/// Members of objects that are written once and used often. They live until the process ends, so that threads that use the
/// same ones at once do not count references to them.
public struct WrittenMembers: @unchecked Sendable {  // nobody writes to the memory or frees it
    let bytes: UnsafeBufferPointer<UInt8>

    /// The members that `write` writes.
    public init(_ write: (inout JSONWriter) -> Void) {
        var json = JSONWriter(reserving: 96)
        json.object(write)
        let members = json.bytes.dropFirst().dropLast()
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: members.count)
        _ = copy.initialize(fromContentsOf: members)
        bytes = UnsafeBufferPointer(copy)
    }
}

extension JSONWriter {
    /// Writes members of the current object.
    public mutating func members(_ written: WrittenMembers) {
        guard let start = written.bytes.baseAddress, !written.bytes.isEmpty else { return }
        beginValue(ofAtMost: written.bytes.count) { room in
            room.update(from: start, count: written.bytes.count)
            return written.bytes.count
        }
    }
}
