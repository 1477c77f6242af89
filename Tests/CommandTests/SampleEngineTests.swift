import ArgumentParser
import Console
import Driver
import Messages
import MicroHTTPD
import Runtime
import Testing

@testable import wdfilterd

@Suite struct SampleEngineTests {
    @Test(arguments: [
        (EmbeddedEngine.Reply.acknowledge, #"{"operationType":3}"#, #"{"accessDenied":false}"#),
        (.mismatch, #"{"operationType":4}"#, #""mismatch""#), (.empty, "", ""),
        (.deny, #"{"operationType":3}"#, #"{"accessDenied":true}"#),
    ])
    func `each reply is the one that its name says`(reply: EmbeddedEngine.Reply, toSync: String, toCreation: String) {
        #expect(answer(to: event("sync.NewThreadDifferentProcess", code: 3), reply) == toSync)
        #expect(answer(to: event("direct.CreateProcess", code: 0), reply) == toCreation)
        #expect(answer(to: event("direct.Wow64cpuLoad", code: 15), reply) == "")
        #expect(answer(to: event("async.CreateThread", code: 6), reply) == "")
        #expect(answer(to: event("ping", code: nil), reply) == "")
    }

    @Test func `an event is read and becomes a line`() throws {
        let event = try ReceivedEvent(try request(Self.body))
        #expect(event.kind == "sync")
        #expect(event.operationCode == 3)
        #expect(event.host == "default")
        #expect((event.subject, event.sequence, event.id) == ("process/584", 17, "default-5f3a9c-17"))
    }

    @Test func `a message and its answer become a line or an object`() throws {
        var event = try ReceivedEvent(try request(Self.body))
        var answered = AnsweredEvent(
            event: event, image: #"C:\a.exe"#, verdict: "acknowledge", duration: .microseconds(650))
        #expect(answered.line == #"sync NewThreadDifferentProcess 584 C:\a.exe -> acknowledge, 0.7 ms"#)
        #expect(
            answered.json
                == #"{"time":"2020-02-21T10:15:30.1234567Z","host":"default","kind":"sync","#
                + #""operation":"NewThreadDifferentProcess","sequence":17,"processId":584,"#
                + #""imageFileName":"C:\\a.exe","verdict":"acknowledge","durationMicroseconds":650}"#)
        event.source = "/v1/hosts/lab"
        answered = AnsweredEvent(event: event, image: nil, verdict: "fail", duration: .zero)
        #expect(answered.line == "lab: sync NewThreadDifferentProcess 584 -> fail, 0.0 ms")
        let ping = ReceivedEvent(type: "wdfilter.ping", source: "/v1/hosts/default", time: "")
        answered = AnsweredEvent(event: ping, image: nil, verdict: "ok", duration: .milliseconds(2))
        #expect(answered.line == "ping -> ok, 2.0 ms")
        #expect(
            answered.json == #"{"time":"","host":"default","kind":"ping","verdict":"ok","durationMicroseconds":2000}"#)
    }

    @Test func `images are learned from creations and forgotten at exits, host by host`() throws {
        var names = ImageNames()
        var creation = event("direct.CreateProcess", code: 0)
        (creation.subject, creation.imageFileName) = ("process/8", "a.exe")
        #expect(names.image(of: creation) == "a.exe")
        var thread = event("sync.NewThreadSameProcess", code: 6)
        thread.subject = "process/8"
        #expect(names.image(of: thread) == "a.exe")
        thread.source = "/v1/hosts/other"
        #expect(names.image(of: thread) == nil)
        creation.isExit = true
        #expect(names.image(of: creation) == "a.exe")
        thread.source = creation.source
        #expect(names.image(of: thread) == nil)
    }

    @Test func `at their limit, images of new processes replace the oldest`() {
        var names = ImageNames(limit: 10)
        func process(_ number: Int, _ image: String? = nil) -> ReceivedEvent {
            var event = event("direct.CreateProcess", code: 0)
            (event.subject, event.imageFileName) = ("process/\(number)", image)
            return event
        }
        for number in 0..<1000 {
            _ = names.image(of: process(number, "\(number).exe"))
            #expect(names.image(of: process(max(0, number - 9))) == "\(max(0, number - 9)).exe")
        }
        #expect((0..<1000).count { names.image(of: process($0)) != nil } <= 20)
    }

    @Test func `a process that was denied is forgotten`() {
        var names = ImageNames()
        var creation = event("direct.CreateProcess", code: 0)
        (creation.subject, creation.imageFileName) = ("process/8", "a.exe")
        _ = names.image(of: creation)
        names.forget(creation)
        creation.imageFileName = nil
        #expect(names.image(of: creation) == nil)
        #expect(answered(creation, .deny).denies)
        for reply in [EmbeddedEngine.Reply.acknowledge, .mismatch, .empty, .timeout, .disconnect] {
            #expect(!answered(creation, reply).denies)
        }
        #expect(!answered(event("sync.NewThreadSameProcess", code: 6), .deny).denies)
    }

    @Test func `the first entry that matches decides, for its image, kind and operation`() throws {
        var deny = ReplyEntry()
        (deny.imageFileName, deny.answer) = (
            #"*\MIMIKATZ.exe"#,
            CreateProcessAnswer(accessDenied: true, processRules: ProcessRules.notifyImageLoadRule.rawValue)
        )
        var failing = ReplyEntry()
        (failing.kind, failing.failEvery) = (.sync, 2)
        var silent = ReplyEntry()
        (silent.operation, silent.reply, silent.delay) = (.async(.createThread), .timeout, .seconds(1))
        var behavior = EmbeddedEngine.Behavior(reply: .empty)
        behavior.replies = [deny, failing, silent]
        let engine = SampleEngine(check: nil, behavior: behavior, print: nil, refused: { _ in })
        let creation = event("direct.CreateProcess", code: 0)
        let denied = engine.answer(to: creation, image: #"c:\x\mimikatz.EXE"#)
        #expect(denied.verdict == "deny, rules NotifyImageLoadRule")
        #expect(
            denied.end
                == .response(
                    status: 200, type: "application/json",
                    body: Array(#"{"accessDenied":true,"rules":["NotifyImageLoadRule"]}"#.utf8)))
        #expect(engine.answer(to: creation, image: "b.exe").verdict == "allow, empty reply")
        #expect(engine.answer(to: creation, image: nil).verdict == "allow, empty reply")
        let sync = event("sync.NewThreadSameProcess", code: 6)
        let ends = (0..<4).map { _ in engine.answer(to: sync, image: nil).verdict }
        #expect(ends == ["empty reply", "fail", "empty reply", "fail"])
        let thread = engine.answer(to: event("async.CreateThread", code: 6), image: nil)
        #expect((thread.end, thread.delay) == (.silence, .seconds(1)))
    }

    @Test func `text from a sender cannot begin a line of its own`() throws {
        let body = Self.body.replacing("process/584", with: #"x\nforged\u001b[31m\u2028"#)
        let event = try ReceivedEvent(try request(body))
        let line = AnsweredEvent(event: event, image: nil, verdict: "ok", duration: .zero).line
        #expect(line.contains(#" x\u{a}forged\u{1b}[31m\u{2028} -> ok"#))
        #expect(!line.contains("\n"))
    }

    @Test(arguments: [
        "", "{}", "[]", "nonsense", Self.body.replacing(#""operationCode":3,"#, with: ""),
        Self.body.replacing("wdfilter.sync", with: "other.sync"), Self.body.replacing(#""time""#, with: #""tome""#),
        Self.body.replacing(#""operationCode":3"#, with: #""operationCode":"3""#),
        Self.body.replacing(#""operationCode":3"#, with: #""operationCode":2147483648"#),
    ])
    func `an invalid event is refused`(body: String) {
        #expect(throws: ReceivedEvent.Fault.self) { try ReceivedEvent(try request(body)) }
    }

    @Test func `another media type is refused with its own error`() {
        #expect(throws: ReceivedEvent.Fault.unknownMediaType) {
            try ReceivedEvent(try request(Self.body, [("Content-Type", "text/plain")]))
        }
    }

    // MARK: Batches

    private static func batch(_ events: String...) -> String { "[\(events.joined(separator: ","))]" }

    private static let print = body.replacing(
        "wdfilter.sync.NewThreadDifferentProcess", with: "wdfilter.async.LogPrint")

    private func read(batch body: String) throws -> ReceivedRequest {
        try ReceivedRequest(try request(body, [("Content-Type", "application/cloudevents-batch+json; charset=utf-8")]))
    }

    @Test func `a batch has each of its events, and an id of its own`() throws {
        let last = Self.print.replacing("17", with: "80")
        let request = try read(batch: Self.batch(Self.print, Self.print.replacing("17", with: "18"), last))
        #expect(request.events.map(\.sequence) == [17, 18, 80])
        #expect(request.id == "default-5f3a9c-batch-17-80")
        #expect(try read(batch: Self.batch(Self.print)).id == "default-5f3a9c-batch-17-17")
    }

    @Test(arguments: ["[]", "{}", body, batch(print, body), batch("{}"), batch(print) + ","])
    func `an invalid batch is refused`(body: String) {
        #expect(throws: ReceivedEvent.Fault.self) { try read(batch: body) }
    }

    @Test func `a batch is answered like its first message that fails, after the longest delay`() {
        func answer(_ reply: EmbeddedEngine.Reply, after milliseconds: Int) -> SampleAnswer {
            let engine = SampleEngine(
                check: nil, behavior: .init(reply: reply, delay: .milliseconds(milliseconds)), print: nil,
                refused: { _ in })
            return engine.answer(to: event("async.LogPrint", code: 14), image: nil)
        }
        let answers = [answer(.acknowledge, after: 5), answer(.timeout, after: 1), answer(.disconnect, after: 9)]
        let batch = SampleAnswer(toBatchOf: answers)
        #expect((batch.end, batch.verdict, batch.delay) == (.silence, "no answer", .milliseconds(9)))
        #expect(SampleAnswer(toBatchOf: [answers[0]]).verdict == "ok")
    }

    // MARK: Binary mode

    private static let registry = SyncMessage(
        ioPriority: MpIoPriority(), currentProcess: .none, data: .registryEventSync(registryData: [1, 2]))

    private static let attributes: [(name: String, value: String)] = [
        ("Content-Type", "application/octet-stream"), ("ce-specversion", "1.0"), ("ce-id", "default-5f3a9c-17"),
        ("ce-source", "/v1/hosts/default"), ("ce-type", "wdfilter.sync.RegistryEventSync"),
        ("ce-time", "2020-02-21T10:15:30.1234567Z"), ("ce-subject", "process/4"), ("ce-operationcode", "2"),
        ("ce-sequence", "17"),
    ]

    private func read(_ body: [UInt8], without name: String = "", and header: (String, String)? = nil) throws
        -> ReceivedEvent
    {
        var headers = Self.attributes.filter { $0.name != name }
        if let header { headers.append((header.0, header.1)) }
        return try ReceivedEvent(try request(body, headers))
    }

    @Test func `an event in binary mode is read from headers and bytes`() throws {
        let event = try read(Self.registry.bytes)
        #expect(event.isBinary)
        #expect((event.operationCode, event.sequence, event.subject) == (2, 17, "process/4"))
        let ping = try read([], without: "ce-type", and: ("ce-type", "wdfilter.ping"))
        #expect(ping.isPing)
    }

    @Test(arguments: ["ce-source", "ce-type", "ce-time", "ce-operationcode"])
    func `a missing attribute is refused`(name: String) {
        #expect(throws: ReceivedEvent.Fault.self) { try read(Self.registry.bytes, without: name) }
    }

    @Test func `bytes that are not a message, or not the one that the headers name, are refused`() {
        for count in [0, 1, 0x31] {
            #expect(throws: ReceivedEvent.Fault.self) { try read(Array(Self.registry.bytes.prefix(count))) }
        }
        #expect(throws: ReceivedEvent.Fault.self) {
            try read(Self.registry.bytes, without: "ce-operationcode", and: ("ce-operationcode", "3"))
        }
    }

    @Test(
        arguments: [
            (.acknowledge, 3, CreateProcessReply()), (.mismatch, 4, nil), (.empty, nil, nil),
            (.deny, 3, CreateProcessReply(accessDenied: true)),
        ] as [(EmbeddedEngine.Reply, Int32?, CreateProcessReply?)])
    func `SYN-7, PRC-3: a message in binary mode is answered in bytes`(
        reply: EmbeddedEngine.Reply, type: Int32?, creation: CreateProcessReply?
    ) {
        var sync = event("sync.NewThreadDifferentProcess", code: 3)
        var direct = event("direct.CreateProcess", code: 0)
        (sync.isBinary, direct.isBinary) = (true, true)
        #expect(ReplySyncMessage(bytes: bytes(to: sync, reply))?.operationType == type)
        #expect(CreateProcessReply(bytes: bytes(to: direct, reply)) == creation)
    }

    @Test(arguments: [
        (CreateProcessAnswer(processRules: 0), #"{"accessDenied":false,"rules":[]}"#, "allow, rules none"),
        (
            CreateProcessAnswer(processFlags: 0, processRules: ProcessRules.notifyImageLoadRule.rawValue),
            #"{"accessDenied":false,"rules":["NotifyImageLoadRule"],"flags":[]}"#,
            "allow, rules NotifyImageLoadRule, flags none"
        ),
    ])
    func `COR-10: a word is set to 0 in JSON, because the bytes cannot`(
        answer: CreateProcessAnswer, json: String, verdict: String
    ) {
        var entry = ReplyEntry()
        entry.answer = answer
        var behavior = EmbeddedEngine.Behavior()
        behavior.replies = [entry]
        var creation = event("direct.CreateProcess", code: 0)
        creation.isBinary = true
        let given = SampleEngine(check: nil, behavior: behavior, print: nil, refused: { _ in })
            .answer(to: creation, image: nil)
        #expect(given.end == .response(status: 200, type: "application/json", body: Array(json.utf8)))
        #expect(given.verdict == verdict)
    }

    private func bytes(to event: ReceivedEvent, _ reply: EmbeddedEngine.Reply) -> [UInt8] {
        guard case .response(200, _, let bytes) = answered(event, reply).end else { return [] }
        return bytes
    }

    @Test func `messages are counted by kind, and unknown kinds together`() {
        var tally = Tally()
        for number in 0..<1000 { tally.count(event("made-up-\(number).X", code: 1)) }
        tally.count(event("sync.NewThreadSameProcess", code: 6))
        tally.count(event("ping", code: nil))
        tally.refused = 2
        #expect(tally.lines == ["sync 1", "async 0", "direct 0", "ping 1", "other 1000", "refused 2"])
    }

    @Test(arguments: [("0ms", 0), ("20ms", 20), ("60000ms", 60_000), ("1s", 1000), ("1.5s", 1500), ("60s", 60_000)])
    func `a delay is given in milliseconds or seconds`(text: String, milliseconds: Int) throws {
        #expect(try ShortDuration(text).milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "ms", "s", "20", "-1ms", "+1ms", "1.5ms", "60001ms", "61s", "1m", "1 s", "9223372036854775808ms", "٣s",
    ])
    func `anything else is not a delay`(text: String) {
        #expect(throws: ValidationError.self) { try ShortDuration(text) }
    }

    @Test(arguments: [
        ("1200", "write 1200ms or 1.2s"), ("5000", "write 5000ms or 5s"), ("20", "write 20ms or 20s"),
    ])
    func `a delay without a unit says how to write one`(text: String, advice: String) {
        let error = #expect(throws: ValidationError.self) { try ShortDuration(text) }
        #expect(error?.message == "the unit is missing; \(advice)")
    }

    static let body = """
        {"specversion":"1.0","id":"default-5f3a9c-17","source":"/v1/hosts/default",\
        "type":"wdfilter.sync.NewThreadDifferentProcess","time":"2020-02-21T10:15:30.1234567Z",\
        "subject":"process/584","data":{"sequence":17,"operationCode":3,"unknown":[]}}
        """

    private func event(_ type: String, code: Int64?) -> ReceivedEvent {
        ReceivedEvent(
            type: "wdfilter.\(type)", source: "/v1/hosts/default", time: "", subject: nil, operationCode: code,
            sequence: nil)
    }

    private func answer(to event: ReceivedEvent, _ reply: EmbeddedEngine.Reply) -> String? {
        guard case .response(200, _, let bytes) = answered(event, reply).end else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func answered(_ event: ReceivedEvent, _ reply: EmbeddedEngine.Reply) -> SampleAnswer {
        SampleEngine(check: nil, behavior: .init(reply: reply), print: nil, refused: { _ in }).answer(
            to: event, image: nil)
    }
}
