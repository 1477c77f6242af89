import MicroHTTPD
import Testing

struct RequestTargetTests {
    @Test(arguments: [
        ("/", [""]),
        ("/v1/hosts", ["v1", "hosts"]),
        ("/v1/", ["v1", ""]),
        ("//", ["", ""]),
        ("/a%2Fb/c", ["a/b", "c"]),
        ("/a%2fb", ["a/b"]),
        ("/a+b", ["a+b"]),
        ("/%E2%82%AC/%7e", ["€", "~"]),
        ("/..%2F../x", ["../..", "x"]),
        ("/%25zz", ["%zz"]),
        ("/a?/b", ["a"]),
    ])
    func `a path is split before it is decoded`(raw: String, segments: [String]) throws {
        #expect(try RequestTarget(raw).segments == segments)
    }

    @Test(arguments: [
        ("/?a=1&b=2&a=3", ["a", "1", "b", "2", "a", "3"]),
        ("/?a+b=c+d%2B", ["a b", "c d+"]),
        ("/?a&=b&c=", ["a", "", "", "b", "c", ""]),
        ("/?a=b=c", ["a", "b=c"]),
        ("/?&&a=1&", ["a", "1"]),
        ("/?", []),
        ("/??", ["?", ""]),
        ("/?%26=%3D", ["&", "="]),
    ])
    func `a query preserves order, repeats and empty values`(raw: String, flat: [String]) throws {
        #expect(try RequestTarget(raw).query.flatMap { [$0.name, $0.value] } == flat)
    }

    @Test func `raw and path are not decoded`() throws {
        let target = try RequestTarget("/a%20b?c=%20")
        #expect(target.raw == "/a%20b?c=%20")
        #expect(target.path == "/a%20b")
        #expect(target.first("c") == " ")
        #expect(target.first("d") == nil)
    }

    @Test func `all values of a name are found in order`() throws {
        #expect(try RequestTarget("/?a=1&b=2&a=3").all("a") == ["1", "3"])
    }

    @Test func `a thousand parameters are read`() throws {
        let raw = "/?" + (0..<1000).map { "k\($0)=\($0)" }.joined(separator: "&")
        let target = try RequestTarget(raw)
        #expect(target.query.count == 1000)
        #expect(target.first("k999") == "999")
    }

    @Test(arguments: [
        ("", RequestViolation.TargetFault.notAPath),
        ("*", .notAPath),
        ("http://a/b", .notAPath),
        ("?a", .notAPath),
        ("/a b", .badCharacter),
        ("/a\u{7F}", .badCharacter),
        ("/a\t", .badCharacter),
        ("/ä", .badCharacter),
        ("/%", .badEscape),
        ("/%4", .badEscape),
        ("/%4/1", .badEscape),
        ("/%g1", .badEscape),
        ("/%+1", .badEscape),
        ("/?a=%", .badEscape),
        ("/?%f=1", .badEscape),
        ("/%00", .nul),
        ("/a%00b", .nul),
        ("/?a=%00", .nul),
        ("/%FF", .notUTF8),
        ("/%C0%AF", .notUTF8),
        ("/%ED%A0%80", .notUTF8),
        ("/%E2%82", .notUTF8),
        ("/%E2/%82%AC", .notUTF8),
        ("/?a=%F4%90%80%80", .notUTF8),
    ])
    func `a target that cannot be decoded is refused`(raw: String, fault: RequestViolation.TargetFault) {
        #expect(throws: RequestViolation.badTarget(fault)) { try RequestTarget(raw) }
    }
}
