import Glibc
import Testing

@testable import WebhookEngine

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0", "10.255.255.255"), ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
        ("192.0.2.7/32", "192.0.2.7", "192.0.2.7"), ("172.16.0.0/12", "172.16.0.0", "172.31.255.255"),
        ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("::1/128", "::1", "::1"),
        ("fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("FD12::/16", "fd12::", "fd12:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("::ffff:10.0.0.0/104", "::ffff:10.0.0.0", "::ffff:10.255.255.255"),
    ])
    func `a range has a first and a last address, and is read as written`(
        text: String, first: String, last: String
    ) throws {
        let range = try AddressRange(text)
        #expect("\(range.first)" == first)
        #expect("\(range.last)" == last)
        #expect(try AddressRange(range.description) == range)
        #expect(range.contains(range))
    }

    @Test(arguments: [
        "", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
        "10.0.0.0/8/8", "10.0.0.0/8 ", " 10.0.0.0/8", "10/8", "10.0.0/8", "010.0.0.0/8", "0xa.0.0.0/8", "10.0.0.0/٨",
        "10.0.0.0/0x8", "10.0.0.0/255.0.0.0", "10.0.0.0\0/8", "10.0.0.0/8\0", "256.0.0.0/8", "[::]/0", "fe80::%1/10",
        "localhost/32", "*", "10.0.0.0/99999999999999999999",
    ])
    func `an invalid range is refused`(text: String) {
        #expect(throws: WebhookEngineError.self) { try AddressRange(text) }
    }

    @Test(arguments: [
        ("10.0.0.1/8", "does not start at the first address of 10.0.0.0/8"),
        ("10.1.2.3/0", "does not start at the first address of 0.0.0.0/0"),
        ("fd12::1/64", "does not start at the first address of fd12::/64"),
        ("192.0.2.1/31", "does not start at the first address of 192.0.2.0/31"),
    ])
    func `a range that begins in the middle is refused, with the intended one`(text: String, detail: String) {
        #expect(throws: WebhookEngineError.range(detail)) { try AddressRange(text) }
    }

    @Test func `IPv4 and IPv6 are separate`() throws {
        let address = try #require(IPAddress("0.0.0.1"))
        #expect(try !AddressRange("::/0").contains(address))
        #expect(try !AddressRange("0.0.0.0/0").contains(try #require(IPAddress("::1"))))
    }

    @Test func `an address that is truncated or of another family is refused`() {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        let full = MemoryLayout<sockaddr_in6>.size
        #expect(IPAddress(socketAddress: &address, length: full)?.description == "::")
        for length in 0..<full { #expect(IPAddress(socketAddress: &address, length: length) == nil) }
        address.sin6_family = sa_family_t(AF_UNIX)
        #expect(IPAddress(socketAddress: &address, length: full) == nil)
        address.sin6_family = sa_family_t(AF_INET)
        #expect(IPAddress(socketAddress: &address, length: MemoryLayout<sockaddr_in>.size)?.description == "0.0.0.0")
        #expect(IPAddress(socketAddress: &address, length: MemoryLayout<sockaddr_in>.size - 1) == nil)
    }
}
