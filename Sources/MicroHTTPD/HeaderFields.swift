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
    public func first(_ name: String) -> String? {
        fields.first { isNamed($0, name) }.map(value)
    }

    /// The values of all headers with this name, ignoring case, in order.
    public func all(_ name: String) -> [String] {
        fields.compactMap { isNamed($0, name) ? value($0) : nil }
    }

    /// The value of the first header with this name, ignoring case.
    public subscript(name: String) -> String? { first(name) }

    /// Whether there is a header with this name, ignoring case.
    public func has(_ name: String) -> Bool { fields.contains { isNamed($0, name) } }

    /// Whether `condition` holds for the values of all headers with this name, ignoring case; true if there are none.
    /// Nothing is copied or allocated.
    public func allSatisfy(_ name: String, _ condition: (Span<UInt8>) -> Bool) -> Bool {
        fields.allSatisfy { field in
            !isNamed(field, name) || condition(bytes.span.extracting(field.nameEnd..<field.valueEnd))
        }
    }

    /// Appends a header. The pointers need to be valid during the call only.
    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: name)
        let nameEnd = bytes.count
        bytes.append(contentsOf: value)
        close(nameEnd: nameEnd)
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

    private func isNamed(_ field: Field, _ name: String) -> Bool {
        let wanted = name.utf8.span
        guard field.nameEnd - field.start == wanted.count else { return false }
        return bytes.span.extracting(field.start..<field.nameEnd).equalsIgnoringCase(wanted)
    }

    private mutating func close(nameEnd: Int) {
        fields.append(Field(start: fields.last?.valueEnd ?? 0, nameEnd: nameEnd, valueEnd: bytes.count))
    }
}
