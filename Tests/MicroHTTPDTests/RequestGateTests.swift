@testable import MicroHTTPD
import Testing

struct RequestGateTests {
    private func framing(
        _ list: [(name: String, value: String)], _ version: HTTPVersion = .http11
    ) throws(RequestViolation) -> RequestGate.Framing {
        try RequestGate.framing(HeaderFields([("Host", "x")] + list), version)
    }

    @Test func `a length and an expectation are read in any letter case`() throws {
        let found = try framing([("cOntent-lEngth", "12"), ("EXPECT", "100-Continue")])
        #expect(found == RequestGate.Framing(contentLength: 12, isChunked: false, expectsContinue: true))
    }

    @Test func `chunked is read in any letter case`() throws {
        #expect(try framing([("Transfer-Encoding", "Chunked")]).isChunked)
    }

    @Test(arguments: ["", "-1", "+1", " 1", "1 ", "0x1", "1,1", "1, 1", "1.0", "9999999999999999999", "١"])
    func `a length has 1 to 18 digits and nothing else`(value: String) {
        #expect(throws: RequestViolation.badHeaderValue(name: "Content-Length")) {
            try framing([("Content-Length", value)])
        }
    }

    @Test(arguments: ["Host", "Content-Length", "Transfer-Encoding", "Authorization"])
    func `a header that is allowed once is refused if it occurs twice`(name: String) {
        let value = name == "Content-Length" ? "1" : "chunked"
        let headers = HeaderFields(
            (name == "Host" ? [] : [("Host", "x")]) + [(name, value), ("x", "y"), (name.lowercased(), value)])
        #expect(throws: RequestViolation.duplicateHeader(name: name)) { try RequestGate.framing(headers, .http11) }
    }

    @Test(arguments: ["", "a b", "a ", " a", "a:b", "a\u{0}", "ä", "a(b"])
    func `a name is a token`(name: String) {
        #expect(throws: RequestViolation.badHeaderName) { try framing([(name, "x")]) }
    }

    @Test(arguments: ["a\rb", "a\nb", "a\u{0}b", "a\u{1F}b", "a\u{7F}", "a ", "a\t"])
    func `a value has no control characters and no white space at its end`(value: String) {
        #expect(throws: RequestViolation.badHeaderValue(name: "x")) { try framing([("x", value)]) }
    }

    @Test func `a character is a token character exactly as in RFC 9110`() {
        let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8(1)...0x7F {
            let name = String(decoding: [byte], as: UTF8.self)
            #expect(((try? RequestGate.method(name.utf8.span)) != nil) == token.contains(byte), "\(byte)")
        }
    }

    @Test func `both lengths, unknown codings, codings in old versions and a missing host are refused`() {
        #expect(throws: RequestViolation.bothLengths) {
            try framing([("Content-Length", "1"), ("Transfer-Encoding", "chunked")])
        }
        #expect(throws: RequestViolation.unknownTransferCoding) {
            try framing([("Transfer-Encoding", "gzip, chunked")])
        }
        #expect(throws: RequestViolation.transferCodingInOldVersion) {
            try framing([("Transfer-Encoding", "chunked")], .http10)
        }
        #expect(throws: RequestViolation.missingHost) { try RequestGate.framing(HeaderFields(), .http11) }
        #expect(throws: Never.self) { try RequestGate.framing(HeaderFields(), .http10) }
    }

    @Test func `only two versions are supported`() throws {
        #expect(try RequestGate.version("HTTP/1.0".utf8.span) == .http10)
        for version in ["HTTP/1.2", "HTTP/2.0", "http/1.1", "HTTP/1.1 ", ""] {
            #expect(throws: RequestViolation.badVersion) { try RequestGate.version(version.utf8.span) }
        }
    }

    @Test func `headers are found in any letter case, repeated ones in order`() {
        let headers = HeaderFields([("Accept", "a"), ("accept", "b"), ("X", "")])
        #expect(headers["ACCEPT"] == "a")
        #expect(headers.all("Accept") == ["a", "b"])
        #expect(headers["x"] == "")
        #expect(headers["Accep"] == nil)
        #expect(headers.count == 3)
    }
}
