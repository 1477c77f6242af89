import Messages
import Testing
import WebhookEngine

struct RulesTests {
    @Test(arguments: [
        "http://a", "https://a/", "HTTP://EXAMPLE.com:8080/x?y=z", "http://127.0.0.1:1/", "http://[::1]:65535/hook",
        "https://a.b.c/%20?@", "http://a/@b", "http://a?b=@", "http://a" + String(repeating: "/", count: 2040),
    ])
    func `valid URLs of engines`(url: String) {
        #expect(URLRules.fault(url) == nil)
    }

    @Test(arguments: [
        "", "a", "a.b/c", "//a/b", "http:", "http:/", "http://", "http:///a", "http:a", "http:/a", "https:///",
        "ftp://a/", "file:///etc/passwd", "gopher://a", "unix:///x", "http://:80/", "http://?x", "http://u@a/",
        "http://u:p@a/", "http://@a/", "http://:@a/", "http://a/#f", "http://a/#", "http://a b/", "http://a/ b",
        " http://a/", "http://a/\n", "http://a/\r\nX: y", "http://a/\0", "http://é/", "http://a:0/", "http://a:65536/",
        "http://a:x/", "http://a:-1/", "http://[::1/", "http://[x]/", "http://a\\@b/",
        "http://a" + String(repeating: "/", count: 2041),
    ])
    func `invalid URLs of engines`(url: String) {
        #expect(URLRules.fault(url) != nil)
        #expect(throws: WebhookEngineError.self) { try WebhookConfiguration(url: url) }
    }

    @Test(arguments: [
        ("X-Token", "abc"), ("authorization", "Bearer x y"), ("!#$%&'*+-.^_`|~09", ""), ("a", "x\ty"),
        ("Cookie", "a=b; c"), ("Accept", "*/*"), ("Content-Language", "en"),
        (String(repeating: "n", count: 128), String(repeating: "v", count: 4096)),
    ])
    func `allowed headers`(name: String, value: String) {
        #expect(HeaderRules.fault(name: name, value: value) == nil)
    }

    @Test(arguments: [
        ("", "x"), ("a b", "x"), ("a:", "x"), ("a\r\nb", "x"), ("é", "x"), ("a", "x\r\ny: z"), ("a", "x\ny"),
        ("a", "x\0"), ("a", "é"), ("a", " x"), ("a", "x\t"), ("a", "\u{7F}"), ("Host", "x"), ("host", "x"),
        ("Content-Length", "1"), ("content-TYPE", "x"), ("Transfer-Encoding", "chunked"), ("Connection", "close"),
        ("User-Agent", "x"), ("Webhook-Id", "x"), ("webhook-anything", "x"), ("ce-id", "x"), ("CE-x", "x"),
        ("Expect", "100-continue"), ("Upgrade", "h2c"), ("TE", "trailers"), ("a;", ""),
        (String(repeating: "n", count: 129), ""), ("a", String(repeating: "v", count: 4097)),
    ])
    func `forbidden headers`(name: String, value: String) {
        #expect(HeaderRules.fault(name: name, value: value) != nil)
        #expect(throws: WebhookEngineError.self) {
            try WebhookConfiguration(url: "http://a/", headers: [name: value])
        }
    }

    @Test func `all faults of the headers are reported, each with its name`() {
        let faults = HeaderRules.faults(of: ["Host": "a", "X-A": "1", "x-a": "2", "B": "\n", "Fine": ""])
        #expect(faults.map(\.name) == ["B", "Host", "x-a"])
        let many = Dictionary(uniqueKeysWithValues: (10..<43).map { ("X-\($0)", "") })
        #expect(HeaderRules.faults(of: many).map(\.name) == ["X-42"])
    }

    @Test(arguments: [
        "", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=",
        "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsec_" + String(repeating: "AAAA", count: 22),
    ])
    func `invalid secrets are refused, and the error does not show them`(text: String) {
        let error = #expect(throws: WebhookEngineError.self) { try WebhookSecret(text) }
        guard let error, text.utf8.count > 10 else { return }
        #expect(!String(describing: error).contains(text.dropFirst(6)))
    }

    @Test func `secrets of 24 and of 64 bytes are accepted`() throws {
        _ = try WebhookSecret("whsec_" + String(repeating: "AAAA", count: 8))
        _ = try WebhookSecret("whsec_" + String(repeating: "AAAA", count: 21) + "AA==")
    }

    @Test func `secrets are never shown, however they are printed`() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let configuration = try WebhookConfiguration(
            url: "https://engine.example/hook?token=quiet", secret: secret, headers: ["Authorization": "Bearer quiet"])
        var texts = ["\(secret)", String(reflecting: secret), "\(configuration)", String(reflecting: configuration)]
        texts.append("\(Optional(secret) as Any) \([secret]) \((secret, configuration))")
        for value: Any in [secret, configuration, [secret], ["a": configuration]] {
            var text = ""
            dump(value, to: &text)
            texts.append(text)
        }
        let engine = try WebhookEngine.make(
            "https://engine.example/?token=quiet", secret: secret, headers: ["Authorization": "Bearer quiet"])
        texts.append("\(engine)")
        var text = ""
        dump(engine, to: &text)
        texts.append(text)
        for text in texts {
            #expect(!text.contains("MfKQ") && !text.contains("49, 242") && !text.contains("quiet"))
        }
        #expect("\(secret)" == "<redacted>")
        #expect("\(configuration)" == "webhook https://engine.example/<redacted>, headers [Authorization], signed")
    }

    @Test func `the signature matches the example of Standard Webhooks`() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let body = [UInt8](#"{"test": 2432232314}"#.utf8)
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
        #expect(WebhookSignature.sign(id: id, timestamp: 1_614_265_330, body: body, with: secret) == signature)
        func verify(_ header: String, timestamp: String = "1614265330", body: [UInt8] = body) -> Bool {
            WebhookSignature.verify(header, id: id, timestamp: timestamp, body: body, with: secret)
        }
        #expect(verify(signature))
        #expect(verify("v1a,xyz v1,AAAA \(signature)"))
        #expect(!verify("v2" + signature.dropFirst(2)))
        #expect(!verify("v1,"))
        #expect(!verify(""))
        #expect(!verify(signature, timestamp: "1614265331"))
        #expect(!verify(signature, timestamp: "01614265330"))
        #expect(!verify(signature, body: body + [10]))
        #expect(!verify(signature.replacing("g0h", with: "g0i")))
    }

    @Test func `a CA file has a path`() {
        #expect(throws: WebhookEngineError.caFile("must not be empty or contain a NUL")) {
            try CertificateFile(path: "")
        }
        #expect(throws: WebhookEngineError.caFile("must not be empty or contain a NUL")) {
            try CertificateFile(path: "/a\0b")
        }
    }
}
