public import Messages

/// A name of the driver's, with all that there is to say of it.
public struct Term: Hashable, Sendable {
    /// What is written for its value.
    public enum Value: Hashable, Sendable {
        /// A type of operation: a number.
        case number(Int64)
        /// A mask or a magic: hex, unpadded.
        case hex(UInt64)
        /// A status: eight hex digits.
        case status(UInt32)
    }

    /// Our name.
    public let name: String
    /// The driver's name, as the analyst gave it; nil where there is none.
    public let driverName: String?
    /// Its value; nil for what has none.
    public let value: Value?
    /// Where it is known from.
    public let provenance: Provenance
    /// What it means, a phrase without a full stop.
    public let meaning: String

    init(_ name: String, driverName: String?, value: Value? = nil, _ provenance: Provenance, _ meaning: String) {
        self.name = name
        self.driverName = driverName
        self.value = value
        self.provenance = provenance
        self.meaning = meaning
    }
}

extension Term.Value {
    /// The value in hex, as docs write it.
    public var text: String {
        switch self {
        case .number(let number): "0x" + String(number, radix: 16, uppercase: true)
        case .hex(let number): "0x" + String(number, radix: 16, uppercase: true)
        case .status(let status): NTStatus(rawValue: status).hex
        }
    }
}
