/// The purpose of an address, as far as the egress rules distinguish it.
enum AddressKind: Sendable {
    /// A public address.
    case global
    /// This machine.
    case loopback
    /// A private network, which the settings may allow.
    case privateUse
    /// A metadata service, which gives credentials to any process on a cloud machine.
    case metadata
    /// The local link, with routers and metadata services.
    case linkLocal
    /// The unspecified address; Linux connects to itself.
    case unspecified
    case multicast
    case broadcast
    /// Reserved: for documentation, protocols, translators and tunnels, or not assigned yet.
    case reserved

    /// The kind of `address`, or of the IPv4 address embedded in it.
    init(_ address: IPAddress) {
        let target = address.embedded
        let table = target.family == .ipv4 ? AddressKind.ipv4 : AddressKind.ipv6
        self = table.first { $0.range.contains(target) }?.kind ?? .reserved
        // Behind a translator or a tunnel, loopback is another machine's.
        if self == .loopback, AddressKind.translated.contains(where: { $0.contains(address) }) { self = .reserved }
    }

    private typealias Line = (range: AddressRange, kind: AddressKind)

    private static func line(_ range: StaticString, _ kind: AddressKind) -> Line { (AddressRange(known: range), kind) }

    /// The ranges that settings may allow: IANA lists them as forwardable but not globally reachable.
    static let allowable: [AddressRange] = [
        AddressRange(known: "10.0.0.0/8"), AddressRange(known: "100.64.0.0/10"), AddressRange(known: "172.16.0.0/12"),
        AddressRange(known: "192.168.0.0/16"), AddressRange(known: "198.18.0.0/15"), AddressRange(known: "fc00::/7"),
    ]

    /// Prefixes of translators and tunnels that embed an IPv4 address.
    private static let translated: [AddressRange] = [
        AddressRange(known: "64:ff9b::/96"), AddressRange(known: "2002::/16"),
    ]

    // In each table the first match wins: metadata services are inside other ranges.

    private static let ipv4: [Line] =
        [
            line("100.100.100.200/32", .metadata),  // Alibaba Cloud
            line("168.63.129.16/32", .metadata),  // Azure
            line("169.254.169.254/32", .metadata),  // AWS, Azure, Google and most others
            line("169.254.170.2/32", .metadata),  // AWS: containers
            line("169.254.170.23/32", .metadata),  // AWS: pods
            line("169.254.42.42/32", .metadata),  // Scaleway
            line("169.254.0.23/32", .metadata),  // Tencent Cloud
            line("192.0.0.192/32", .metadata),  // Oracle Cloud Classic
            line("0.0.0.0/8", .unspecified),
            line("127.0.0.0/8", .loopback),
            line("169.254.0.0/16", .linkLocal),
            line("192.0.0.0/24", .reserved),  // protocol assignments
            line("192.0.2.0/24", .reserved),  // documentation
            line("192.88.99.0/24", .reserved),  // relays of 6to4
            line("198.51.100.0/24", .reserved),  // documentation
            line("203.0.113.0/24", .reserved),  // documentation
            line("224.0.0.0/4", .multicast),
            line("255.255.255.255/32", .broadcast),
            line("240.0.0.0/4", .reserved),
        ] + allowable.map { ($0, .privateUse) } + [line("0.0.0.0/0", .global)]

    /// Only 2000::/3 is assigned; everything else is reserved.
    private static let ipv6: [Line] =
        [
            line("fd00:ec2::/32", .metadata),  // AWS
            line("fd20:ce::254/128", .metadata),  // Google
            line("fd00:c1::a9fe:a9fe/128", .metadata),  // Oracle Cloud
            line("fd00:42::42/128", .metadata),  // Scaleway
            line("fd00:a9fe:a9fe::1/128", .metadata),  // Linode
            line("fd00:100::100:200/128", .metadata),  // Alibaba Cloud
            line("::/128", .unspecified),
            line("::1/128", .loopback),
            line("fe80::/10", .linkLocal),
            line("ff00::/8", .multicast),
            line("2001::/23", .reserved),  // protocol assignments, Teredo among them
            line("2001:db8::/32", .reserved),  // documentation
            line("3fff::/20", .reserved),  // documentation
        ] + allowable.map { ($0, .privateUse) } + [line("2000::/3", .global)]
}

extension IPAddress {
    /// The IPv4 address embedded in this IPv6 address, which the kernel (`::ffff:0:0/96`), a translator (`64:ff9b::/96`)
    /// or a tunnel (`2002::/16`) connects to; otherwise the address itself.
    var embedded: IPAddress {
        guard family == .ipv6 else { return self }
        let lower = IPAddress(.ipv4, value & 0xFFFF_FFFF)
        if value >> 32 == 0xFFFF || value >> 32 == 0x64_FF9B << 64 { return lower }
        if value >> 112 == 0x2002 { return IPAddress(.ipv4, value >> 80 & 0xFFFF_FFFF) }
        return self
    }
}
