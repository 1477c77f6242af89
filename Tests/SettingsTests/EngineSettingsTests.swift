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

    @Test func `a webhook needs a URL`() {
        expectFaults("engine:\n  type: webhook\n", ["wdfilterd.yaml:2: engine.type: webhook needs engine.url"])
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
            ["--engine-secret-file: requires engine.type webhook"])
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
                "wdfilterd.yaml:3: engine.url: does not start with http:// or https://",
                "wdfilterd.yaml:4: engine.encoding: \"xml\" is not one of json, binary",
                "wdfilterd.yaml:5: engine.caFile: contains a NUL",
            ])
    }

    @Test func `headers are checked one by one, and their values never shown`() {
        expectFaults(
            "engine:\n  type: webhook\n  url: http://a\n  headers:\n    a b: s3cret\n    x: s3cret\n    y: [s3cret]\n",
            [
                "wdfilterd.yaml:5: engine.headers.a b: the name is not a token of 1 to 128 characters",
                "wdfilterd.yaml:7: engine.headers.y: must be a single value",
            ])
    }
}
