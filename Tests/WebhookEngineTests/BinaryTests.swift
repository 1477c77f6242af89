import Driver
import Messages
import Testing
import WebhookEngine

@Suite(.timeLimit(.minutes(1)))
struct BinaryTests {
    private static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func engine(to receiver: ScriptedReceiver, secret: WebhookSecret? = nil) throws -> WebhookEngine {
        try WebhookEngine.make(receiver.url, secret: secret, encoding: .binary)
    }

    @Test(arguments: [EngineMessage.sync(), .async(bytes: 3), .create, .wow64])
    func `a message is its exact bytes, and the headers contain the rest`(message: EngineMessage) async throws {
        let receiver = try ScriptedReceiver()
        let secret = try WebhookSecret(BinaryTests.secretText)
        #expect(await (try engine(to: receiver, secret: secret)).status(of: message) == .success)
        let request = try #require(receiver.requests.first)
        #expect(request.body == message.bytes)
        #expect(request["Content-Type"] == "application/octet-stream")
        #expect(request["ce-specversion"] == "1.0")
        #expect(request["ce-id"] == "default-5f3a9c-\(message.sequence)")
        #expect(request["ce-id"] == request["webhook-id"])
        #expect(request["ce-source"] == "/v1/hosts/default")
        #expect(request["ce-type"] == "wdfilter.\(message.kind.rawValue).\(message.operationName)")
        #expect(request["ce-time"] == "1970-01-01T00:00:01.0000000Z")
        #expect(request["ce-subject"] == (message.process == nil ? nil : "process/584"))
        #expect(request["ce-kind"] == message.kind.rawValue)
        #expect(request["ce-operationcode"] == "\(message.operationCode)")
        #expect(request["ce-sequence"] == "\(message.sequence)")
        #expect(
            WebhookSignature.verify(
                try #require(request["webhook-signature"]), id: "default-5f3a9c-\(message.sequence)",
                timestamp: "\(StoppedClock.unixSecond)", body: request.body, with: secret))
    }

    @Test func `a ping has no body`() async throws {
        let receiver = try ScriptedReceiver()
        #expect(await (try engine(to: receiver)).pingResult() == EngineResult(status: .success))
        let request = try #require(receiver.requests.first)
        #expect(request.body == [])
        #expect(request["ce-type"] == "wdfilter.ping")
        #expect(request["ce-kind"] == nil)
    }

    @Test func `SYN-7, PRC-3: binary replies are passed on unchanged`() async throws {
        let sync = ReplySyncMessage(operationType: 3).bytes
        let denial = CreateProcessReply(accessDenied: true).bytes
        for (message, bytes) in [(EngineMessage.sync(), sync), (.create, denial), (.sync(), [1])] {
            let receiver = try ScriptedReceiver { _ in .reply(bytes: bytes, type: "application/octet-stream") }
            let result = await (try engine(to: receiver)).result(of: message)
            #expect(result == EngineResult(status: .success, reply: .bytes(bytes)))
        }
    }

    @Test func `a binary message may also be answered in JSON`() async throws {
        let receiver = try ScriptedReceiver { _ in .reply(#"{"operationType":3}"#) }
        let result = await (try engine(to: receiver)).result(of: .sync())
        #expect(result.reply == .sync(ReplySyncMessage(operationType: 3)))
    }
}
