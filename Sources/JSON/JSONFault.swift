/// One fault of a document.
public struct JSONFault: Error, Hashable, Sendable {
    /// Its position: a JSON pointer (RFC 6901); empty for the root and for text that is not JSON.
    public var pointer: String
    /// Its description: a phrase without a period.
    public var detail: String

    /// The fault `detail` at `pointer`.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

/// All faults of a document.
public struct JSONFaults: Error, Hashable, Sendable {
    /// The faults in document order, never empty; text that is not JSON has exactly one.
    public var faults: [JSONFault]
    /// The byte at which a text is not JSON, from 0; nil for a document and for a text that was not looked at.
    public var offset: Int?

    /// The given faults.
    public init(faults: [JSONFault]) {
        self.faults = faults
    }

    /// A single fault of the whole document, found at the byte `offset`.
    public init(detail: String, offset: Int? = nil) {
        self.init(faults: [JSONFault(pointer: "", detail: detail)])
        self.offset = offset
    }
}

extension JSONFault: CustomStringConvertible {
    /// `pointer: detail`.
    public var description: String { pointer.isEmpty ? detail : "\(pointer): \(detail)" }
}

extension JSONFaults: CustomStringConvertible {
    /// All faults in one phrase.
    public var description: String { faults.map(\.description).joined(separator: "; ") }
}
