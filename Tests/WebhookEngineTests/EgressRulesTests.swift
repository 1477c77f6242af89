import Testing

@testable import WebhookEngine

/// The addresses that connections may go to.
@Suite struct EgressRulesTests {
    private func refusal(of address: String, by rules: EgressRules = EgressRules()) throws -> String? {
        rules.refusal(of: try #require(IPAddress(address), "\(address)"))
    }

    /// The verdict for each range that the rules know; addresses outside these ranges are public.
    private static let ipv4: [(range: String, refusal: String)] = [
        ("0.0.0.0/8", "is unspecified"), ("10.0.0.0/8", "is private, and not in allowedRanges"),
        ("100.64.0.0/10", "is private, and not in allowedRanges"), ("169.254.0.0/16", "is link-local"),
        ("172.16.0.0/12", "is private, and not in allowedRanges"), ("192.0.0.0/24", "is reserved"),
        ("192.0.2.0/24", "is reserved"), ("192.88.99.0/24", "is reserved"),
        ("192.168.0.0/16", "is private, and not in allowedRanges"),
        ("198.18.0.0/15", "is private, and not in allowedRanges"), ("198.51.100.0/24", "is reserved"),
        ("203.0.113.0/24", "is reserved"), ("224.0.0.0/4", "is multicast"), ("240.0.0.0/4", "is reserved"),
        ("127.0.0.0/8", "is loopback, and allowLoopback is false"),
    ]

    private static let ipv6: [(range: String, refusal: String)] = [
        ("fc00::/7", "is private, and not in allowedRanges"), ("fe80::/10", "is link-local"),
        ("ff00::/8", "is multicast"), ("2001::/23", "is reserved"), ("2001:db8::/32", "is reserved"),
        ("3fff::/20", "is reserved"),
    ]

    @Test func `each range of IPv4 is refused from its first to its last address, and its neighbors are not`() throws {
        let rules = try EgressRules(allowLoopback: false)
        for (text, refusal) in Self.ipv4 {
            let range = try AddressRange(text)
            #expect(rules.refusal(of: range.first) == refusal, "\(text)")
            #expect(rules.refusal(of: middle(of: range)) == refusal, "\(text)")
            let isLastOfAll = range.last == IPAddress("255.255.255.255")
            #expect(rules.refusal(of: range.last) == (isLastOfAll ? "is broadcast" : refusal), "\(text)")
            for neighbor in neighbors(of: range) {
                let next = try Self.ipv4.first { try AddressRange($0.range).contains(neighbor) }
                #expect(rules.refusal(of: neighbor) == next?.refusal, "\(neighbor) beside \(text)")
            }
        }
    }

    @Test func `each range of IPv6 is refused from its first to its last address, and its neighbors are not`() throws {
        for (text, refusal) in Self.ipv6 {
            let range = try AddressRange(text)
            for address in [range.first, middle(of: range), range.last] {
                #expect(EgressRules().refusal(of: address) == refusal, "\(address) of \(text)")
            }
            for neighbor in neighbors(of: range) {
                let isPublic = try AddressRange("2000::/3").contains(neighbor)
                let next = try Self.ipv6.first { try AddressRange($0.range).contains(neighbor) }?.refusal
                let expected = next ?? (isPublic ? nil : "is reserved")
                #expect(EgressRules().refusal(of: neighbor) == expected, "\(neighbor) beside \(text)")
            }
        }
    }

    @Test func `every IPv4 address under 1024 prefixes gets the verdict of its range`() throws {
        let rules = try EgressRules(allowLoopback: false)
        let ranges = try Self.ipv4.map { (try AddressRange($0.range), $0.refusal) }
        let exceptions = Set([
            "100.100.100.200", "168.63.129.16", "169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.42.42",
            "169.254.0.23", "192.0.0.192", "255.255.255.255",
        ])
        var random = SystemRandomNumberGenerator()
        for high in UInt32(0)..<1024 {
            let address = IPAddress(.ipv4, UInt128(high << 22 | random.next(upperBound: 1 << 22)))
            guard !exceptions.contains(address.description) else { continue }
            #expect(rules.refusal(of: address) == ranges.first { $0.0.contains(address) }?.1, "\(address)")
        }
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "93.184.215.14", "223.255.255.255", "192.31.196.1", "2606:4700::1111", "2001:4860::8888",
        "2000::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::", "64:ff9b::8.8.8.8", "2002:808:808::1",
        "::ffff:8.8.8.8",
    ])
    func `public addresses are not refused`(address: String) throws {
        #expect(try refusal(of: address) == nil)
    }

    @Test(arguments: [
        "100.100.100.200", "168.63.129.16", "169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.42.42",
        "169.254.0.23", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:c1::a9fe:a9fe",
        "fd00:42::42", "fd00:a9fe:a9fe::1", "fd00:100::100:200", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::", "::ffff:168.63.129.16", "64:ff9b::100.100.100.200",
    ])
    func `metadata services are refused whatever else is allowed`(address: String) throws {
        let all = try EgressRules(allowedRanges: AddressKind.allowable.map(\.description))
        #expect(try refusal(of: address, by: all) == "is a cloud's metadata service")
    }

    @Test func `allowed ranges only open private addresses`() throws {
        let all = try EgressRules(allowedRanges: AddressKind.allowable.map(\.description))
        for (text, refusal) in Self.ipv4 + Self.ipv6 where refusal.hasPrefix("is private") {
            #expect(all.refusal(of: try AddressRange(text).first) == nil, "\(text)")
            #expect(all.refusal(of: try AddressRange(text).last) == nil, "\(text)")
        }
        for (text, refusal) in Self.ipv4 + Self.ipv6 where !refusal.hasPrefix("is private") {
            if refusal.hasPrefix("is loopback") { continue }
            #expect(all.refusal(of: try AddressRange(text).first) == refusal, "\(text)")
        }
        #expect(EgressRules.withPrivateNetworks == all)
    }

    @Test(arguments: ["::ffff:", "64:ff9b::"])
    func `an IPv6 address that ends with an IPv4 one is judged by it`(prefix: String) throws {
        for (text, refusal) in Self.ipv4 where !refusal.hasPrefix("is loopback") {
            let range = try AddressRange(text)
            #expect(try self.refusal(of: "\(prefix)\(range.first)") == refusal, "\(prefix)\(range.first)")
        }
        let allowed = try EgressRules(allowedRanges: ["10.1.0.0/16"])
        #expect(try refusal(of: "\(prefix)10.1.255.255", by: allowed) == nil)
        #expect(try refusal(of: "\(prefix)10.2.0.0", by: allowed) == "is private, and not in allowedRanges")
    }

    @Test func `6to4 is judged by the IPv4 address in its middle`() throws {
        #expect(try refusal(of: "2002:a00:1::8.8.8.8") == "is private, and not in allowedRanges")
        #expect(try refusal(of: "2002:a9fe:1::1") == "is link-local")
        #expect(try refusal(of: "2002:e000:1::1") == "is multicast")
        let allowed = try EgressRules(allowedRanges: ["10.0.0.0/24"])
        #expect(try refusal(of: "2002:a00:1::8.8.8.8", by: allowed) == nil)
        #expect(try refusal(of: "2002:a00:100::1", by: allowed) == "is private, and not in allowedRanges")
    }

    @Test(arguments: [
        "::2", "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1", "::fffe:7f00:1", "::1:0:0:0",
        "64:ff9b::127.0.0.1", "2002:7f00:1::", "64:ff9b:1::", "64:ff9b:1::127.0.0.1", "64:ff9b::1:0:0", "100::1",
        "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1ff:ffff::", "fec0::1", "feff::1", "5f00::1",
        "4000::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe00::1", "fbff::1", "200::1",
    ])
    func `other addresses with an embedded IPv4 one, and unassigned ones, are reserved`(address: String) throws {
        #expect(try refusal(of: address) == "is reserved")
    }

    @Test(arguments: ["127.0.0.1", "127.255.255.255", "127.0.0.0", "::1", "::ffff:127.0.0.1", "::ffff:7fff:ffff"])
    func `loopback can be disabled`(address: String) throws {
        #expect(try refusal(of: address) == nil)
        let refusal = try refusal(of: address, by: EgressRules(allowLoopback: false))
        #expect(refusal == "is loopback, and allowLoopback is false")
    }

    @Test(arguments: ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"])
    func `addresses that Linux treats as loopback are refused even if loopback is allowed`(address: String) throws {
        #expect(try refusal(of: address) == "is unspecified")
    }

    @Test func `denied ranges take precedence`() throws {
        let rules = try EgressRules(
            allowedRanges: ["10.0.0.0/8"], deniedRanges: ["10.1.0.0/16", "8.8.8.0/24", "::1/128", "64:ff9b::/96"])
        for address in ["10.1.0.0", "::ffff:10.1.2.3", "8.8.8.8", "2002:808:808::", "::1", "64:ff9b::1.1.1.1"] {
            #expect(try refusal(of: address, by: rules) == "is in deniedRanges", "\(address)")
        }
        for address in ["10.0.255.255", "10.2.0.0", "8.8.9.0", "127.0.0.1", "1.1.1.1"] {
            #expect(try refusal(of: address, by: rules) == nil, "\(address)")
        }
    }

    @Test(arguments: [
        "0.0.0.0/0", "::/0", "10.0.0.0/7", "169.254.0.0/16", "169.254.169.254/32", "127.0.0.0/8", "8.8.8.0/24",
        "172.16.0.0/11", "::ffff:10.0.0.0/104", "64:ff9b:1::/48", "fe80::/10", "fc00::/6", "224.0.0.0/4", "nonsense",
    ])
    func `a range that is not private cannot be allowed, but can be denied`(range: String) throws {
        #expect(EgressRules.allowedRangeFault(range) != nil)
        #expect(throws: WebhookEngineError.self) { try EgressRules(allowedRanges: [range]) }
        #expect((EgressRules.deniedRangeFault(range) == nil) == (range != "nonsense" && range != "172.16.0.0/11"))
    }

    private func middle(of range: AddressRange) -> IPAddress {
        IPAddress(range.first.family, range.first.value + (range.last.value - range.first.value) / 2)
    }

    /// The addresses before and after a range, if there are any.
    private func neighbors(of range: AddressRange) -> [IPAddress] {
        let greatest: UInt128 = range.first.family == .ipv4 ? 0xFFFF_FFFF : .max
        let before = range.first.value == 0 ? [] : [IPAddress(range.first.family, range.first.value - 1)]
        let after = range.last.value == greatest ? [] : [IPAddress(range.first.family, range.last.value + 1)]
        return before + after
    }
}
