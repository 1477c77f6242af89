import Curl
import Testing

@Suite struct ParsedURLTests {
    @Test func `a URL has a host and an explicit or default port`() throws {
        let plain = try ParsedURL("http://Example.org/a?b")
        #expect(plain.host?.lowercased() == "example.org")
        #expect(plain.port == nil && plain.effectivePort == "80")
        let written = try ParsedURL("https://[::1]:8443")
        #expect(written.host == "[::1]")
        #expect(written.port == "8443" && written.effectivePort == "8443")
        #expect(try ParsedURL("http://0x7f.1/").host == "127.0.0.1")
    }

    @Test(arguments: ["http://a:99999/", "http://[::1/", "http://a b/"])
    func `a text that libcurl cannot parse is refused`(text: String) {
        #expect(throws: CurlFailure.self) { try ParsedURL(text) }
    }

    @Test func `all but unreserved characters are escaped`() {
        let unreserved = "ABCXYZabcxyz0123456789-._~"
        #expect(unreserved.percentEncoded == unreserved)
        #expect("a b/é\u{0}%+".percentEncoded == "a%20b%2F%C3%A9%00%25%2B")
        #expect("".percentEncoded == "")
    }
}
