import Glibc

/// Resolves names to addresses.
protocol NameResolver: Sendable {
    /// The addresses of `name`, best first. Called on a dedicated thread, so it may block.
    ///
    /// - Throws: `LookUpFailure` if the name has no addresses or the lookup fails.
    func addresses(of name: String) throws(LookUpFailure) -> [IPAddress]
}

/// Why a lookup failed.
struct LookUpFailure: Error, Hashable {
    let text: String
}

/// The system's resolver, `getaddrinfo`.
struct SystemResolver: NameResolver {
    /// Maximum number of addresses used per name.
    static let maxAddresses = 16

    func addresses(of name: String) throws(LookUpFailure) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &first)
        guard code == 0 else {
            let reason = code == EAI_SYSTEM ? strerror(errno).map { String(cString: $0) } : nil
            throw LookUpFailure(text: reason ?? String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(first) }
        var addresses: [IPAddress] = []
        var next = first
        while let info = next?.pointee, addresses.count < SystemResolver.maxAddresses {
            if let socketAddress = info.ai_addr,
                let address = IPAddress(socketAddress: socketAddress, length: Int(info.ai_addrlen)),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            next = info.ai_next
        }
        guard !addresses.isEmpty else { throw LookUpFailure(text: "no addresses found") }
        return addresses
    }
}
