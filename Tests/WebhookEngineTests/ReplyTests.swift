import Driver
import Messages
import Testing
import WebhookEngine

@Suite(.timeLimit(.minutes(1)))
struct ReplyTests {
    /// What a send comes to when the engine answers so.
    private func result(
        of message: EngineMessage, _ body: String, status: Int = 200, type: String = "application/json"
    ) async throws -> EngineResult {
        let receiver = try ScriptedReceiver { _ in .reply(body, status: status, type: type) }
        return try await WebhookEngine.make(receiver.url).result(of: message)
    }

    @Test(arguments: [
        (#"{"operationType":3}"#, Int32(3)), (#"{"operationType":"NewThreadDifferentProcess"}"#, 3),
        (#"{"operationType":"NewThreadAndCmdLine","more":[1]}"#, 7), (#"{"operationType":-1}"#, -1),
        (#" {"operationType" : 4} "#, 4), (#"{"operationType":3.0}"#, 3),
    ])
    func `a sync message is answered by a number or a name`(body: String, type: Int32) async throws {
        let expected = EngineReply.sync(ReplySyncMessage(operationType: type))
        #expect(try await result(of: .sync(), body) == EngineResult(status: .success, reply: expected))
    }

    @Test(arguments: [
        "{}", "null", "3", "[]", "x", #"{"operationType":null}"#, #"{"operationType":"CreateThread"}"#,
        #"{"operationType":3.5}"#, #"{"operationType":4294967299}"#, #"{"operationType":"3"}"#,
        #"{"operationType":3}{}"#, #"{"operationType":3,"operationType":3}"#, #"{"operationType":3"#, "\u{0}", " ",
        "<html>200</html>",
    ])
    func `what is no answer to a sync message is a reply that cannot be read`(body: String) async throws {
        #expect(try await result(of: .sync(), body) == EngineResult(status: .success, reply: .unreadable))
    }

    @Test(arguments: [
        ("{}", false, UInt32(0), UInt32(0)), (#"{"accessDenied":true}"#, true, 0, 0),
        (#"{"accessDenied":false,"unknown":null}"#, false, 0, 0),
        (#"{"rules":["NotifyNewThreadDifferentProcess","0x400","0x2"]}"#, false, 0x40_0402, 0),
        (#"{"rules":"0x00400400","flags":1}"#, false, 0x40_0400, 1),
        (#"{"rules":[],"flags":["FriendlyProcess"],"accessDenied":true}"#, true, 0, 0x20),
        (#"{"rules":4294967295}"#, false, .max, 0),
    ])
    func `CreateProcess may be denied and given rules and flags`(
        body: String, denied: Bool, rules: UInt32, flags: UInt32
    ) async throws {
        let reply = CreateProcessReply(accessDenied: denied, processFlags: flags, processRules: rules)
        #expect(try await result(of: .create, body) == EngineResult(status: .success, reply: .createProcess(reply)))
    }

    @Test(arguments: [
        "no", "[]", #"{"accessDenied":1}"#, #"{"accessDenied":null}"#, #"{"rules":["NoSuchRule"]}"#, #"{"rules":-1}"#,
        #"{"rules":4294967296}"#, #"{"rules":{}}"#, #"{"flags":["0x100000000"]}"#, #"{"flags":[null]}"#,
        #"{"flags":"FriendlyProcess"}"#, #"{"flags":["NotifyImageLoadRule"]}"#,
    ])
    func `what is no answer to CreateProcess denies nothing and sets nothing`(body: String) async throws {
        #expect(try await result(of: .create, body) == EngineResult(status: .success, reply: .unreadable))
    }

    @Test(arguments: [EngineMessage.sync(), .create])
    func `an empty answer is an empty reply, with 204 too`(message: EngineMessage) async throws {
        #expect(try await result(of: message, "") == EngineResult(status: .success))
        let receiver = try ScriptedReceiver { _ in [.send(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))] }
        #expect(try await WebhookEngine.make(receiver.url).result(of: message) == EngineResult(status: .success))
    }

    @Test(arguments: [EngineMessage.sync(), .create])
    func `octets are handed on as they are`(message: EngineMessage) async throws {
        for type in ["application/octet-stream", "Application/Octet-Stream; x=y"] {
            let bytes = EngineReply.bytes(Array("0123".utf8))
            #expect(try await result(of: message, "0123", type: type) == EngineResult(status: .success, reply: bytes))
            #expect(try await result(of: message, "", type: type) == EngineResult(status: .success))
        }
    }

    @Test(arguments: [EngineMessage.async(), .wow64])
    func `what is answered to other messages does not matter`(message: EngineMessage) async throws {
        for body in ["", "nonsense", #"{"operationType":3}"#] {
            #expect(try await result(of: message, body) == EngineResult(status: .success))
        }
    }

    @Test(arguments: [201, 202, 299])
    func `each 2xx is a success`(status: Int) async throws {
        #expect(try await result(of: .async(), "", status: status).status == .success)
    }

    @Test(arguments: [300, 302, 307, 304, 400, 401, 404, 407, 410, 413, 417, 429, 500, 503, 599])
    func `each other status is STATUS_UNSUCCESSFUL and nothing is followed or asked again`(status: Int) async throws {
        let receiver = try ScriptedReceiver { _ in
            [
                .send(
                    Array(
                        "HTTP/1.1 \(status) X\r\nLocation: /other\r\nWWW-Authenticate: Basic realm=x\r\n".utf8)
                        + Array("Proxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n".utf8))
            ]
        }
        let engine = try WebhookEngine.make(receiver.url)
        #expect(await engine.result(of: .sync()) == EngineResult(status: .unsuccessful))
        #expect(engine.health.lastError?.text == "HTTP status \(status)")
        #expect(engine.health.lastError?.time == StandingClock().now())
        #expect(receiver.requests.count == 1)
        #expect(receiver.requests.first?.line == "POST /hook?x=1 HTTP/1.1")
    }

    @Test func `an informational answer comes before the real one`() async throws {
        let receiver = try ScriptedReceiver { _ in
            [.send(Array("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".utf8))] + .reply(#"{"operationType":3}"#)
        }
        let reply = EngineReply.sync(ReplySyncMessage(operationType: 3))
        #expect(
            try await WebhookEngine.make(receiver.url).result(of: .sync())
                == EngineResult(status: .success, reply: reply))
    }

    @Test func `health tells the last error and the latency of the last answer`() async throws {
        let receiver = try ScriptedReceiver { request in
            request["webhook-id"]?.hasSuffix("-1") == true ? .reply(status: 500) : .reply("{}")
        }
        let engine = try WebhookEngine.make(receiver.url)
        #expect(engine.health == WebhookHealth())
        _ = await engine.result(of: .async(1))
        #expect(engine.health.lastLatency == nil)
        _ = await engine.result(of: .async(2))
        let latency = try #require(engine.health.lastLatency)
        #expect(latency > .zero && latency < .seconds(20))
        #expect(engine.health.lastError?.text == "HTTP status 500")
        _ = await engine.result(of: .sync(3))
        #expect(engine.health.lastError?.text == "reply not understood: /operationType required, but missing")
    }
}
