import Driver
import Messages
import Runtime
import Settings
import Testing
import WebhookEngine

@Suite struct EngineSettingsTests {
    @Test func `an embedded engine has its own members`() throws {
        let embedded = EmbeddedEngine.Behavior(reply: .deny, delay: .seconds(60), failEvery: 3)
        #expect(try load("engine: {reply: deny, delayMs: 60000, failEvery: 3}").engine == .embedded(embedded))
        #expect(try load("engine: {type: none}").engine == .none)
    }

    @Test func `an embedded engine has answers for some messages, in YAML or in a variable`() throws {
        var deny = ReplyEntry()
        (deny.imageFileName, deny.answer) = (#"*\mimikatz.exe"#, CreateProcessAnswer(accessDenied: true))
        var slow = ReplyEntry()
        (slow.operation, slow.reply) = (.sync(.newThreadDifferentProcess), .mismatch)
        (slow.delay, slow.failEvery) = (.milliseconds(20), 3)
        var behavior = EmbeddedEngine.Behavior()
        behavior.replies = [deny, slow]
        let text = """
            engine:
              replies:
                - {imageFileName: '*\\mimikatz.exe', accessDenied: true}
                - operation: NewThreadDifferentProcess
                  reply: mismatch
                  delayMs: 20
                  failEvery: 3
            """
        #expect(try load(text).engine == .embedded(behavior))
        behavior.replies = [deny]
        let variable = ["WDFILTERD_ENGINE_REPLIES": #"[{"imageFileName":"*\\mimikatz.exe","accessDenied":true}]"#]
        #expect(try load(text, environment: variable).engine == .embedded(behavior))
        let flag = SettingsFlag("--replies", key: "engine.replies", file: SettingsFile(name: "r.yaml", text: "[]"))
        #expect(try load(text, environment: variable, flags: [flag]).engine == .embedded(.init()))
    }

    @Test func `faults of answers name their entry, member and line`() {
        expectFaults(
            """
            engine:
              replies:
                - accessDenied: yes
                - imageFileName: a
                  oparation: CreateProcess
                - operation: CreateThread
                  kind: sync
            """,
            [
                "wdfilterd.yaml:3: engine.replies[0].accessDenied: must be true or false, not a string",
                "wdfilterd.yaml:5: engine.replies[1].oparation: unknown member; did you mean operation?",
                "wdfilterd.yaml:6: engine.replies[2]: CreateThread is never sync",
            ])
        expectFaults("engine:\n  replies: 3\n", ["wdfilterd.yaml:2: engine.replies: must be a list"])
        expectFaults(
            "engine:\n  replies:\n  - &a {imageFileName: x}\n" + String(repeating: "  - *a\n", count: 100),
            ["wdfilterd.yaml:2: engine.replies: has 101 elements, at most 100 are allowed"])
        expectFaults(
            "engine:\n  replies:\n  - &a [" + String(repeating: "1,", count: 9000) + "1]\n  - *a\n",
            ["wdfilterd.yaml:2: engine.replies: has more than 10000 values, or is nested too deeply"])
        expectFaults(
            "engine:\n  replies: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
            ["wdfilterd.yaml:2: engine.replies: has more than 10000 values, or is nested too deeply"])
        expectFaults(
            "engine:\n  replies: [{imageFileName: \(String(repeating: "x", count: 4097))}]",
            ["wdfilterd.yaml:2: engine.replies[0].imageFileName: has more than 4096 UTF-16 units"])
        let half = String(repeating: "x", count: 2049)
        expectFaults(
            "engine:\n  replies: [{imageFileName: \(half)}, {imageFileName: \(half)}]",
            ["wdfilterd.yaml:2: engine.replies: the globs have 4098 UTF-16 units; at most 4096 are allowed"])
        expectFaults(
            "engine:\n  type: none\n  replies: []\n",
            ["wdfilterd.yaml:3: engine.replies: requires engine.type embedded"])
    }

    @Test(arguments: [
        ("- {", "r:2: is not YAML: did not find expected node content"),
        (
            "- imageFileName: 'a'\n  reply: \"C:\\Windows\"",
            #"r:2: is not YAML: found unknown escape character at column 13; in double quotes write \\, or use single quotes"#
        ),
        (
            #"- imageFileName: "C:\users""#,
            #"r:1: is not YAML: did not find expected hexadecimal number at column 23; in double quotes write \\, or use single quotes"#
        ),
        ("- {kind: sync, kind: async}", #"r:1: "kind" is given more than once"#),
        ("a: b", "r: must be a list"),
        ("- imageFileName: a\n  x: 1", "r:2: replies[0].x: unknown member"),
        (
            "- reply: deny\n- delayMs: -1",
            "r:2: replies[1].delayMs: must be an integer from 0 to 60000, in milliseconds, not -1"
        ),
    ])
    func `faults of a file of answers are about that file`(text: String, fault: String) {
        let flag = SettingsFlag("--replies", key: "engine.replies", file: SettingsFile(name: "r", text: text))
        let found = faults("", flags: [flag])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(fault) == true, "\(found)")
    }

    @Test func `a file of answers for another engine is a fault of its option`() {
        let flag = SettingsFlag("--replies", key: "engine.replies", file: SettingsFile(name: "r", text: "[]"))
        expectFaults("engine: {type: none}", flags: [flag], ["--replies: requires engine.type embedded"])
        expectFaults(
            "engine: {type: none}", flags: [flag, SettingsFlag("--x", key: "engine.type", value: "embedded")], [])
    }

    @Test func `faults of answers in a variable name their entry and member`() {
        func expect(_ value: String, _ fault: String) {
            expectFaults("", environment: ["WDFILTERD_ENGINE_REPLIES": value], ["WDFILTERD_ENGINE_REPLIES: \(fault)"])
        }
        expect(
            #"[{"imageFileName":"*x","accesDenied":true}]"#,
            "replies[0].accesDenied: unknown member; did you mean accessDenied?")
        expect(
            #"[{}, {"operation":"CreateThread","kind":"sync"}]"#, "replies[1]: CreateThread is never sync")
        expect(
            #"[{"a\nb":1}]"#,
            #"replies[0].a\u{a}b: unknown member; use one of imageFileName, kind, operation, reply, accessDenied, "#
                + "rules, flags, delayMs, failEvery")
        expect("1", "must be a list")
        expect(
            #"[{"imageFileName":"\q"}]"#,
            #"is not YAML: found unknown escape character at column 20; in double quotes write \\, or use single quotes"#
        )
    }

    @Test func `a webhook has its own members`() throws {
        var webhook = WebhookEngineSettings(url: "https://engine.example:8443/hook?x=1")
        webhook.secretFile = "engine.secret"
        webhook.caFile = "ca.pem"
        webhook.encoding = .binary
        webhook.headers = ["X-Site": Secret("lab")]
        let settings = try load(
            """
            engine:
              type: webhook
              url: https://engine.example:8443/hook?x=1
              secretFile: engine.secret
              encoding: binary
              headers: {X-Site: lab}
              caFile: ca.pem
            """)
        #expect(settings.engine == .webhook(webhook))
    }

    @Test func `a webhook may have batches`() throws {
        let file = "engine:\n  type: webhook\n  url: http://a/\n"
        var webhook = WebhookEngineSettings(url: "http://a/")
        #expect(try load(file).engine == .webhook(webhook))
        webhook.batch = BatchLimits(maxMessages: 2, maxDelay: .seconds(1))
        #expect(try load(file + "  batch: {maxMessages: 2, maxDelayMs: 1000}\n").engine == .webhook(webhook))
        webhook.batch = BatchLimits(maxMessages: 64, maxDelay: .zero)
        let variable = ["WDFILTERD_ENGINE_BATCH": #"{"maxDelayMs":0}"#]
        #expect(try load(file, environment: variable).engine == .webhook(webhook))
    }

    @Test func `faults of batches name their members`() {
        let file = "engine:\n  type: webhook\n  url: http://a/\n"
        expectFaults(
            file + "  batch:\n    maxMessages: 1\n    maxDelay: 5\n",
            [
                "wdfilterd.yaml:5: engine.batch.maxMessages: must be an integer from 2 to 1000, not 1",
                "wdfilterd.yaml:6: engine.batch.maxDelay: unknown member; did you mean maxDelayMs?",
            ])
        expectFaults(file + "  batch: 64\n", ["wdfilterd.yaml:4: engine.batch: must be a mapping"])
        expectFaults(
            file + "  encoding: binary\n  batch: {}\n",
            ["wdfilterd.yaml:5: engine.batch: requires encoding json; with encoding binary a request has one message"])
        expectFaults(
            "engine: {batch: {maxMessages: 2}}", ["wdfilterd.yaml:1: engine.batch: requires engine.type webhook"])
    }

    @Test func `a webhook needs a URL`() {
        expectFaults(
            "engine:\n  type: webhook\n",
            ["wdfilterd.yaml:2: engine.type: webhook requires engine.url too, such as http://127.0.0.1:9000/"])
    }

    @Test func `a member of another type is a fault`() {
        expectFaults(
            "engine:\n  url: http://a/\n  secretFile: x\n",
            [
                "wdfilterd.yaml:2: engine.url: requires engine.type webhook",
                "wdfilterd.yaml:3: engine.secretFile: requires engine.type webhook",
            ])
        expectFaults(
            "engine:\n  type: none\n  delayMs: 1\n",
            ["wdfilterd.yaml:3: engine.delayMs: requires engine.type embedded"])
        expectFaults(
            "", flags: [SettingsFlag("--engine-secret-file", key: "engine.secretFile", value: "x")],
            ["--engine-secret-file: requires a webhook; give --engine-url too"])
    }

    @Test func `members of the webhook in the file are used by the URL of a flag`() throws {
        let flags = [
            SettingsFlag("--engine-url", key: "engine.type", value: "webhook"),
            SettingsFlag("--engine-url", key: "engine.url", value: "http://127.0.0.1:9000/"),
        ]
        let settings = try load(
            "engine: {encoding: binary}", environment: ["WDFILTERD_ENGINE_CA_FILE": "ca.pem"], flags: flags)
        var webhook = WebhookEngineSettings(url: "http://127.0.0.1:9000/")
        webhook.encoding = .binary
        webhook.caFile = "ca.pem"
        #expect(settings.engine == .webhook(webhook))
    }

    @Test func `a flag that changes the type leaves the file's members unused`() throws {
        let flags = [
            SettingsFlag("--engine-url", key: "engine.type", value: "webhook"),
            SettingsFlag("--engine-url", key: "engine.url", value: "http://127.0.0.1:9000/"),
        ]
        let settings = try load("engine: {type: embedded, reply: deny}", flags: flags)
        #expect(settings.engine == .webhook(WebhookEngineSettings(url: "http://127.0.0.1:9000/")))
    }

    @Test func `a faulty URL is reported with its position`() {
        expectFaults(
            "engine:\n  type: webhook\n  url: ftp://a\n  encoding: xml\n  caFile: \"a\\0\"\n",
            [
                "wdfilterd.yaml:3: engine.url: must start with http:// or https://",
                "wdfilterd.yaml:4: engine.encoding: \"xml\" is not one of json, binary",
                "wdfilterd.yaml:5: engine.caFile: contains a NUL",
            ])
    }

    @Test func `headers are checked one by one, and their values never shown`() {
        expectFaults(
            "engine:\n  type: webhook\n  url: http://a\n  headers:\n    a b: s3cret\n    x: s3cret\n    y: [s3cret]\n",
            [
                "wdfilterd.yaml:5: engine.headers.a b: the name is not a token of 1 to 128 characters",
                "wdfilterd.yaml:7: engine.headers.y: must be a single value, not a list",
            ])
    }
}
