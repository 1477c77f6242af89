import Bytes

/// The headers of a request, in the order received.
///
/// Stored as one byte array; a value is converted to a `String` on access.
public struct HeaderFields: Sendable {
    /// One header: the ends of its name and value in `bytes`.
    struct Field {
        let start: Int
        let nameEnd: Int
        let valueEnd: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var fields: [Field] = []

    /// No headers.
    package init() {}

    /// Creates fields from `list`.
    package init(_ list: [(name: String, value: String)]) {
        for (name, value) in list {
            bytes.append(contentsOf: name.utf8)
            let nameEnd = bytes.count
            bytes.append(contentsOf: value.utf8)
            close(nameEnd: nameEnd)
        }
    }

    /// Number of headers, including repeats.
    public var count: Int { fields.count }

    /// The value of the first header with this name, ignoring case; invalid UTF-8 is replaced.
    public func first(_ name: StaticString) -> String? {
        for field in fields where isNamed(field, name) { return value(field) }
        return nil
    }

    /// The values of all headers with this name, ignoring case, in order.
    public func all(_ name: StaticString) -> [String] {
        fields.compactMap { isNamed($0, name) ? value($0) : nil }
    }

    /// The value of the first header with this name, ignoring case.
    public subscript(name: StaticString) -> String? { first(name) }

    /// Whether there is a header with this name, ignoring case.
    public func has(_ name: StaticString) -> Bool { !allSatisfy(name) { _ in false } }

    /// Whether `condition` holds for the values of all headers with this name, ignoring case; true if there are none.
    /// Nothing is copied or allocated.
    public func allSatisfy(_ name: StaticString, _ condition: (Span<UInt8>) -> Bool) -> Bool {
        for field in fields where isNamed(field, name) {
            if !condition(bytes.span.extracting(field.nameEnd..<field.valueEnd)) { return false }
        }
        return true
    }

    /// Whether there is a header with this name, ignoring case, and `condition` holds for the value of the first one.
    public func firstSatisfies(_ name: StaticString, _ condition: (Span<UInt8>) -> Bool) -> Bool {
        for field in fields where isNamed(field, name) {
            return condition(bytes.span.extracting(field.nameEnd..<field.valueEnd))
        }
        return false
    }

    /// Appends a header. The pointers need to be valid during the call only.
    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let start = bytes.count
        bytes.append(addingCapacity: name.count + value.count) { output in
            output.withUnsafeMutableBufferPointer { room, count in
                let room = UnsafeMutableRawBufferPointer(room)
                room.copyMemory(from: name)
                UnsafeMutableRawBufferPointer(rebasing: room[name.count...]).copyMemory(from: value)
                count = name.count + value.count
            }
        }
        close(nameEnd: start + name.count)
    }

    /// Removes all headers, and keeps their memory for the next request if it is small.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 4096)
        fields.removeAll(keepingCapacity: fields.capacity <= 64)
    }

    /// The name of `field`.
    func name(_ field: Field) -> String {
        String(decoding: bytes[field.start..<field.nameEnd], as: UTF8.self)
    }

    private func value(_ field: Field) -> String {
        String(decoding: bytes[field.nameEnd..<field.valueEnd], as: UTF8.self)
    }

    private func isNamed(_ field: Field, _ name: StaticString) -> Bool {
        field.nameEnd - field.start == name.utf8CodeUnitCount
            && bytes.span.extracting(field.start..<field.nameEnd).equalsIgnoringCase(name)
    }

    private mutating func close(nameEnd: Int) {
        fields.append(Field(start: fields.last?.valueEnd ?? 0, nameEnd: nameEnd, valueEnd: bytes.count))
    }
}
