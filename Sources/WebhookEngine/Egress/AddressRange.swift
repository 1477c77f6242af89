import Bytes

/// A range of addresses in CIDR notation: `10.0.0.0/8`, `fd00::/8`.
struct AddressRange: Hashable, Sendable {
    /// The first address.
    let first: IPAddress
    /// Length of the common prefix in bits, 0...32 or 0...128.
    let prefixLength: Int

    /// Parses `ADDRESS/PREFIX`; `ADDRESS` must be the first address of the range.
    ///
    /// - Throws: `WebhookEngineError.range` with the fault as a phrase.
    init(_ text: String) throws(WebhookEngineError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])) else {
            throw .range("is not ADDRESS/PREFIX, such as 10.0.0.0/8 or fd00::/8")
        }
        let digits = parts[1]
        guard (1...3).contains(digits.utf8.count), digits.utf8.isDecimal,
            digits.utf8.count == 1 || digits.first != "0", let length = Int(digits), length <= address.family.width
        else { throw .range("has a prefix that is not in 0...\(address.family.width)") }
        self.init(around: address, prefixLength: length)
        guard first == address else { throw .range("does not start at the first address of \(self)") }
    }

    /// Creates a range from a valid literal.
    init(known text: StaticString) {
        do {
            try self.init(text.description)
        } catch {
            preconditionFailure("\(text) \(error)")
        }
    }

    /// Creates the range of 2^(width - `prefixLength`) addresses that contains `address`.
    private init(around address: IPAddress, prefixLength: Int) {
        let rest = address.family.width - prefixLength
        first = IPAddress(address.family, (address.value >> rest) << rest)
        self.prefixLength = prefixLength
    }

    /// The last address.
    var last: IPAddress {
        let rest = first.family.width - prefixLength
        return IPAddress(first.family, first.value | (rest == 128 ? .max : (1 << rest) - 1))
    }

    /// Whether `address` is in the range.
    func contains(_ address: IPAddress) -> Bool {
        address.family == first.family && first.value <= address.value && address.value <= last.value
    }

    /// Whether all addresses of `range` are in this range.
    func contains(_ range: AddressRange) -> Bool { contains(range.first) && contains(range.last) }
}

extension AddressRange: CustomStringConvertible {
    /// The notation that `init` parses: `10.0.0.0/8`.
    var description: String { "\(first)/\(prefixLength)" }
}
