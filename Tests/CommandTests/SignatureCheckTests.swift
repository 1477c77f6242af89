import MicroHTTPD
import Testing
import WebhookEngine

@testable import wdfilterd

@Suite struct SignatureCheckTests {
    private let secret: WebhookSecret
    private let check: SignatureCheck
    private let now: Int64 = 1_614_265_330

    init() throws {
        secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        check = SignatureCheck(secret: secret)
    }

    @Test func `the example of Standard Webhooks is valid`() throws {
        let request = try signedRequest(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330",
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", body: #"{"test": 2432232314}"#)
        #expect(check.fault(of: request, at: now) == nil)
        #expect(check.fault(of: request, at: now + 300) == nil)
        #expect(check.fault(of: request, at: now - 300) == nil)
        #expect(check.fault(of: request, at: now + 301) == "webhook-timestamp is 301 s off; at most 300 s are allowed")
        #expect(check.fault(of: request, at: now - 301) == "webhook-timestamp is 301 s off; at most 300 s are allowed")
    }

    @Test func `another body, id or time makes the signature invalid`() throws {
        let good = WebhookSignature.sign(id: "a", timestamp: 1_614_265_330, body: Array("x".utf8), with: secret)
        for (id, timestamp, body) in [("a", "1614265330", "y"), ("b", "1614265330", "x"), ("a", "1614265331", "x")] {
            let request = try signedRequest(id: id, timestamp: timestamp, signature: good, body: body)
            #expect(check.fault(of: request, at: now) == "the signature is wrong")
        }
        let one = try signedRequest(id: "a", timestamp: "1614265330", signature: "v1,AAAA v2,x \(good)", body: "x")
        #expect(check.fault(of: one, at: now) == nil)
    }

    @Test(arguments: ["0", "9223372036854775807"])
    func `an extreme timestamp is refused`(timestamp: String) throws {
        let request = try signedRequest(id: "a", timestamp: timestamp, signature: "v1,AAAA", body: "")
        let fault = try #require(check.fault(of: request, at: now))
        #expect(fault.hasSuffix(" s off; at most 300 s are allowed"))
    }

    @Test(arguments: ["", "now", "99999999999999999999", "1614265330.0", "-1", "+1614265330"])
    func `an invalid timestamp is refused`(timestamp: String) throws {
        let request = try signedRequest(id: "a", timestamp: timestamp, signature: "v1,AAAA", body: "")
        #expect(check.fault(of: request, at: now) == "webhook-timestamp is not a whole number")
    }

    @Test func `a request without the headers counts as not signed`() throws {
        #expect(try check.fault(of: request(""), at: now) == "not signed")
    }

    private func signedRequest(id: String, timestamp: String, signature: String, body: String) throws -> Request {
        try request(
            body, [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)])
    }
}
