import CMicroHTTPD
import Glibc

/// The actual address of a listening socket.
public enum ListeningAddress: Hashable, Sendable {
    /// A numeric address and the actual port.
    case tcp(host: String, port: UInt16)
    /// The path of a unix domain socket; `@` and the name for a socket in the abstract namespace.
    case unix(path: String)

    /// The address of the socket `descriptor`; nil for other families, or if the system call fails.
    public init?(of descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let bytes = withUnsafeMutableBytes(of: &storage) { bytes -> [UInt8]? in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(descriptor, address, &length) == 0
            else { return nil }
            return Array(bytes.prefix(Int(length)))
        }
        guard let bytes else { return nil }
        switch Int32(storage.ss_family) {
        case AF_UNIX:
            let name = bytes[MemoryLayout<sa_family_t>.size...]
            self =
                name.first == 0
                ? .unix(path: "@" + String(decoding: name.dropFirst(1), as: UTF8.self))
                : .unix(path: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
        case AF_INET, AF_INET6:
            guard
                let host = withUnsafeBytes(
                    of: &storage,
                    { bytes in
                        bytes.baseAddress.flatMap { numericAddress($0.assumingMemoryBound(to: sockaddr.self)) }
                    })
            else { return nil }
            // In both families the port, in network order, follows the family.
            self = .tcp(host: host, port: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        default:
            return nil
        }
    }
}

/// The numeric IP address in `address`; nil if it has none.
func numericAddress(_ address: UnsafePointer<sockaddr>) -> String? {
    let length: Int
    switch Int32(address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result = getnameinfo(address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    guard result == 0 else { return nil }
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
}
