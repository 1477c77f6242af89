import Driver
import Messages
import Testing
import WebhookEngine

@Suite(.timeLimit(.minutes(1)))
struct ReplyTests {
    /// The result of a send with the given answer.
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
    func `a sync message is answered with a number or a name`(body: String, type: Int32) async throws {
        let expected = EngineReply.sync(ReplySyncMessage(operationType: type))
        #expect(try await result(of: .sync(), body) == EngineResult(status: .success, reply: expected))
    }

    @Test(arguments: [
        "{}", "null", "3", "[]", "x", #"{"operationType":null}"#, #"{"operationType":"CreateThread"}"#,
        #"{"operationType":3.5}"#, #"{"operationType":4294967299}"#, #"{"operationType":"3"}"#,
        #"{"operationType":3}{}"#, #"{"operationType":3,"operationType":3}"#, #"{"operationType":3"#, "\u{0}", " ",
        "<html>200</html>",
    ])
    func `an invalid answer to a sync message is an unreadable reply`(body: String) async throws {
        try await expectUnreadable(.sync(), body)
    }

    @Test(arguments: [
        ("{}", false, UInt32?.none, UInt32?.none), (#"{"accessDenied":true}"#, true, nil, nil),
        (#"{"accessDenied":false,"unknown":null}"#, false, nil, nil),
        (#"{"rules":["NotifyNewThreadDifferentProcess","0x400","0x2"]}"#, false, 0x40_0402, nil),
        (#"{"rules":"0x00400400","flags":1}"#, false, 0x40_0400, 1),
        (#"{"rules":[4194304,"0x400",2],"flags":[1,"FriendlyProcess"]}"#, false, 0x40_0402, 0x21),
        (#"{"rules":[],"flags":["FriendlyProcess"],"accessDenied":true}"#, true, 0, 0x20),
        (#"{"rules":4294967295,"flags":0}"#, false, .max, 0),
    ])
    func `PRC-3: CreateProcess may be denied and given rules and flags, including none`(
        body: String, denied: Bool, rules: UInt32?, flags: UInt32?
    ) async throws {
        let reply = CreateProcessAnswer(accessDenied: denied, processFlags: flags, processRules: rules)
        #expect(try await result(of: .create, body) == EngineResult(status: .success, reply: .createProcess(reply)))
    }

    @Test(arguments: [
        "no", "[]", #"{"accessDenied":1}"#, #"{"accessdenied":true,"rules":[]}"#, #"{"accessDenied":false,"ruels":[]}"#,
        #"{"accessDenied":null}"#, #"{"rules":["NoSuchRule"]}"#, #"{"rules":-1}"#,
        #"{"rules":4294967296}"#, #"{"rules":{}}"#, #"{"flags":["0x100000000"]}"#, #"{"flags":[null]}"#,
        #"{"flags":"FriendlyProcess"}"#, #"{"flags":["NotifyImageLoadRule"]}"#,
        #"{"rules":[-1]}"#, #"{"rules":[true]}"#, #"{"rules":[0.5]}"#,
    ])
    func `an invalid answer to CreateProcess denies nothing and sets nothing`(body: String) async throws {
        try await expectUnreadable(.create, body)
    }

    @Test(arguments: [EngineMessage.sync(), .create])
    func `an empty answer is an empty reply, including 204`(message: EngineMessage) async throws {
        #expect(try await result(of: message, "") == EngineResult(status: .success))
        let receiver = try ScriptedReceiver { _ in [.send(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))] }
        #expect(try await WebhookEngine.make(receiver.url).result(of: message) == EngineResult(status: .success))
    }

    @Test(arguments: [EngineMessage.sync(), .create])
    func `octets are passed on unchanged`(message: EngineMessage) async throws {
        for type in ["application/octet-stream", "Application/Octet-Stream; x=y"] {
            let bytes = EngineReply.bytes(Array("0123".utf8))
            #expect(try await result(of: message, "0123", type: type) == EngineResult(status: .success, reply: bytes))
            #expect(try await result(of: message, "", type: type) == EngineResult(status: .success))
        }
    }

    @Test(arguments: [EngineMessage.async(), .wow64])
    func `the content of answers to other messages does not matter`(message: EngineMessage) async throws {
        for body in ["", "nonsense", #"{"operationType":3}"#] {
            #expect(try await result(of: message, body) == EngineResult(status: .success))
        }
    }

    @Test(arguments: [201, 202, 299])
    func `every 2xx is a success`(status: Int) async throws {
        #expect(try await result(of: .async(), "", status: status).status == .success)
    }

    @Test(arguments: [300, 302, 307, 304, 400, 401, 404, 407, 410, 413, 417, 429, 500, 503, 599])
    func `every other status is STATUS_UNSUCCESSFUL, without redirect or retry`(status: Int) async throws {
        let receiver = try ScriptedReceiver { _ in
            [
                .send(
                    Array(
                        "HTTP/1.1 \(status) X\r\nLocation: /other\r\nWWW-Authenticate: Basic realm=x\r\n".utf8)
                        + Array("Proxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n".utf8))
            ]
        }
        let engine = try WebhookEngine.make(receiver.url)
        let expected = EngineResult(status: .unsuccessful, fault: "HTTP status \(status)")
        #expect(await engine.outcome(of: .sync()) == expected)
        #expect(receiver.requests.count == 1)
        #expect(receiver.requests.first?.line == "POST /hook?x=1 HTTP/1.1")
    }

    @Test func `an informational answer precedes the real one`() async throws {
        let receiver = try ScriptedReceiver { _ in
            [.send(Array("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".utf8))] + .reply(#"{"operationType":3}"#)
        }
        let reply = EngineReply.sync(ReplySyncMessage(operationType: 3))
        #expect(
            try await WebhookEngine.make(receiver.url).result(of: .sync())
                == EngineResult(status: .success, reply: reply))
    }

    @Test(arguments: [
        ("{}", "/operationType: required, but missing"),
        (#"{"OperationType":3}"#, "/OperationType: unknown member; did you mean operationType?"),
        (#"{"specversion":"1.0","data":{"operationType":3}}"#, "/operationType: required, but missing"),
        (
            #"{"operationType":"NewThreadDiferentProcess"}"#,
            #"/operationType: "NewThreadDiferentProcess" is not a sync operation; did you mean NewThreadDifferentProcess?"#
        ),
        (
            #"{"operationType":6}"#,
            "/operationType: is 6 (NewThreadSameProcess); this message is 3 (NewThreadDifferentProcess)"
        ),
        (
            #"{"operationType":4}"#,
            "/operationType: is 4, which is not a sync operation; this message is 3 (NewThreadDifferentProcess)"
        ),
        ("", #"empty reply; expected {"operationType":3}"#),
    ])
    func `a reply to a sync message that is not taken says why`(body: String, fault: String) async throws {
        try await expect(fault, of: .sync(), body)
    }

    @Test(arguments: [
        (#"{"AccessDenied":true}"#, "/AccessDenied: unknown member; did you mean accessDenied?"),
        (#"{"access_denied":true}"#, "/access_denied: unknown member; did you mean accessDenied?"),
        (#"{"deny":true}"#, "/deny: unknown member; a reply to CreateProcess has accessDenied, rules, flags"),
        (#"{"x":1,"rule":[]}"#, "/rule: unknown member; did you mean rules?"),
        (#"{"accessDenied":"yes"}"#, nil), (#"{"rules":["NotifyImageLoad"]}"#, nil),
        ("{}", ""), ("", ""), (#"{"accessDenied":false,"deny":true}"#, ""),
    ])
    func `PRC-3: a reply to CreateProcess that is not taken says why`(body: String, fault: String?) async throws {
        if let fault { return try await expect(fault, of: .create, body) }
        try await expectUnreadable(.create, body)
    }

    @Test(arguments: [
        (EngineMessage.sync(), [UInt8](repeating: 0, count: 19), "19 bytes; a ReplySyncMessage has at least 20"),
        (
            .sync(), [UInt8](repeating: 0, count: 20),
            "the i32 at 08 is 0, which is not a sync operation; this message is 3 (NewThreadDifferentProcess)"
        ),
        (.create, [UInt8](repeating: 0x5D, count: 0x5F), "95 bytes; a reply to CreateProcess has 96"),
        (.create, [UInt8](repeating: 0, count: 0x60), "byte 00 is 0x0; expected 0x5d"),
        (.create, [UInt8](repeating: 0x5D, count: 0x60), "the word at 02 is 0x5d5d; expected 0x60"),
    ])
    func `SYN-7, PRC-3: bytes that are not taken say why`(message: EngineMessage, bytes: [UInt8], fault: String) {
        #expect(message.reading(of: .bytes(bytes)).fault == ReplyFault(fault))
    }

    @Test func `the beginning of an answer is kept, whatever its status and message`() async throws {
        let long = String(repeating: "x", count: 300)
        for (message, status) in [(EngineMessage.sync(), 200), (.async(), 201), (.create, 500)] {
            let receiver = try ScriptedReceiver { _ in .reply(long, status: status, type: "text/plain") }
            let answer = try #require(await WebhookEngine.make(receiver.url).answer(to: message))
            #expect(answer.httpStatus == status)
            #expect(answer.mediaType == "text/plain")
            #expect(answer.bytes == Array(long.utf8.prefix(256)))
            #expect(answer.size == 300)
        }
    }

    private func expectUnreadable(_ message: EngineMessage, _ body: String) async throws {
        let result = try await result(of: message, body)
        #expect(result.status == .success)
        #expect(message.reading(of: result.reply).fault != nil, "\(body)")
    }

    /// Expects that the reply `body` has `fault`; none if it is empty.
    private func expect(_ fault: String, of message: EngineMessage, _ body: String) async throws {
        let found = message.reading(of: try await result(of: message, body).reply).fault
        #expect((found?.description ?? "") == fault)
    }
}
