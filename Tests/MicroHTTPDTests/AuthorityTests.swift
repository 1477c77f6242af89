import Testing

@testable import MicroHTTPD

/// The valid values of a `Host` header.
@Suite struct AuthorityTests {
    @Test(
        arguments: [
            ("localhost", 9, nil), ("localhost:8080", 9, 8080), ("a.b_c-d~e", 9, nil), ("a:", 1, nil), ("a:0", 1, 0),
            ("127.0.0.1:65535", 9, 65_535), ("[::1]", 5, nil), ("[fe80::1]:80", 9, 80), ("a%41!$&'()*+,;=", 15, nil),
        ] as [(String, Int, UInt16?)])
    func `a host with an optional port is an authority`(text: String, hostEnd: Int, port: UInt16?) throws {
        let read = Authority(text.utf8.span)
        let authority = try #require(read)
        #expect(authority.hostEnd == hostEnd)
        #expect(authority.port == port)
    }

    @Test(arguments: [
        "", ":80", "a b", "a/b", "a?b", "a#b", "a@b", "a b/c?@:99999", "a:65536", "a:99999", "a:123456", "a:8x", "a:-1",
        "a:80:80", "[::1", "::1", "[]", "[a.example]", "[::1]x", "[::1]:x", "\"a\"", "a,b\u{7F}", "é", "a\\b", "<a>",
    ])
    func `anything else is not an authority`(text: String) {
        let read = Authority(text.utf8.span)
        #expect(read == nil)
    }
}
