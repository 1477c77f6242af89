import Bytes
import Glibc

/// The address that a server listens on: a numeric address and a port.
public struct ListenAddress: Hashable, Sendable {
    /// An IPv4 or IPv6 address without brackets, `127.0.0.1` or `::1`.
    public var host: String
    /// 0...65535; 0 selects a free port.
    public var port: UInt16

    /// The numeric address `host`, at `port`.
    public init(host: String = "127.0.0.1", port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, with an IPv6 address in brackets: `127.0.0.1:8080`, `[::1]:0`. `localhost` is 127.0.0.1.
    ///
    /// Nil for anything else. Names are not looked up, so that the server listens exactly on the address that is
    /// written.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.isDecimal,
            let port = UInt16(digits)
        else { return nil }
        self.port = port
        let name = text[..<colon]
        if name.hasPrefix("[") && name.hasSuffix("]") {
            host = String(name.dropFirst().dropLast())
            guard address(AF_INET6) != nil else { return nil }
        } else {
            host = name == "localhost" ? "127.0.0.1" : String(name)
            guard address(AF_INET) != nil else { return nil }
        }
    }

    /// The address that `text`, which is not one, was probably meant to be: `8080` and `:8080` are ports of 127.0.0.1, and
    /// `[::1]` lacks `defaultPort`. Nil if it could be anything.
    public static func meant(by text: String, defaultPort: UInt16) -> ListenAddress? {
        let port = text.hasPrefix(":") ? text.dropFirst() : text[...]
        return ListenAddress("127.0.0.1:\(port)") ?? ListenAddress("\(text):\(defaultPort)")
            ?? ListenAddress("[\(text)]:\(defaultPort)")
    }

    /// Whether only programs on this machine can connect: 127.0.0.0/8 and ::1, also as ::ffff:127.0.0.1.
    public var isLoopback: Bool {
        if let bytes = address(AF_INET) { return bytes[0] == 127 }
        guard let bytes = address(AF_INET6) else { return false }
        return bytes == [UInt8](repeating: 0, count: 15) + [1]
            || bytes.starts(with: [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 127])
    }

    /// Whether `host` is an IPv6 address.
    public var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }

    /// The bytes of `host` in network order; nil if it is not an address of `family`.
    private func address(_ family: Int32) -> [UInt8]? {
        // A C string ends at its first NUL.
        guard !host.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, host, &bytes) == 1 ? bytes : nil
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address as it is read: `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
