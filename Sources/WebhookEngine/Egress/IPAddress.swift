import Glibc

/// An IPv4 or IPv6 address as a number.
struct IPAddress: Hashable, Sendable {
    /// The family of an address.
    enum Family: Sendable {
        case ipv4, ipv6

        /// Length of an address in bits.
        var width: Int { self == .ipv4 ? 32 : 128 }
    }

    let family: Family
    /// The address as a number; an IPv4 address is in the lower 32 bits.
    let value: UInt128

    init(_ family: Family, _ value: UInt128) {
        self.family = family
        self.value = value
    }

    /// Parses `192.0.2.1` or `2001:db8::1`; nil for anything else, including other IPv4 notations and zones.
    init?(_ text: String) {
        // A C string ends at its first NUL.
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(.ipv4, bytes[..<4].reduce(0) { $0 << 8 | UInt128($1) })
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(.ipv6, bytes.reduce(0) { $0 << 8 | UInt128($1) })
        } else {
            return nil
        }
    }

    /// The address in a socket address of `length` bytes; nil for other families or a truncated structure.
    init?(socketAddress: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let address = socketAddress.loadUnaligned(as: sockaddr_in.self)
            self.init(.ipv4, UInt128(UInt32(bigEndian: address.sin_addr.s_addr)))
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let address = socketAddress.loadUnaligned(as: sockaddr_in6.self)
            let value = withUnsafeBytes(of: address.sin6_addr) { $0.reduce(0) { $0 << 8 | UInt128($1) } }
            self.init(.ipv6, value)
        default: return nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The notation that `init` parses: `192.0.2.1`, `2001:db8::1`.
    var description: String {
        let count = family.width / 8
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let result = inet_ntop(family == .ipv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        precondition(result != nil, "inet_ntop: \(errno)")
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
