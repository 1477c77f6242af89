import ArgumentParser
import Console
import Driver
import Logging
import Settings
import Testing

@testable import wdfilterd

@Suite struct ServeCommandTests {
    @Test func `flags override the environment`() throws {
        let command = try ServeCommand.parse([
            "--listen", "0.0.0.0:1", "--insecure-listen", "--engine-url", "http://127.0.0.1:9000/",
            "--engine-secret-file", "engine.secret", "--log-level", "debug",
        ])
        let settings = try command.settings(environment: [
            "WDFILTERD_LISTEN": "127.0.0.1:2", "WDFILTERD_LOG_LEVEL": "error",
        ])
        var webhook = WebhookEngineSettings(url: "http://127.0.0.1:9000/")
        webhook.secretFile = "engine.secret"
        var expected = Settings()
        expected.server.listen = try #require(ListenTarget("0.0.0.0:1"))
        expected.server.insecureListen = true
        expected.engine = .webhook(webhook)
        expected.log.level = .debug
        #expect(settings == expected)
    }

    @Test func `without flags, no settings come from flags`() throws {
        #expect(try ServeCommand.parse([]).flags.isEmpty)
    }

    @Test func `all faults appear in one message with exit code 2`() throws {
        let command = try ServeCommand.parse([
            "--listen", "nowhere", "--engine-url", "http://user@host/", "--engine-secret-file", "x",
        ])
        let failure = #expect(throws: CommandFailure.self) {
            try command.settings(environment: ["WDFILTERD_LISTEN": "x"])
        }
        #expect(failure?.status == .usage)
        #expect(
            failure?.message == """
                WDFILTERD_LISTEN: "x" is not HOST:PORT with a numeric address or localhost, unix:PATH or systemd
                --engine-url: has user information
                --listen: "nowhere" is not HOST:PORT with a numeric address or localhost, unix:PATH or systemd
                """)
    }

    @Test func `a reserved header is refused, with its line`() throws {
        let file = SettingsFile(
            name: "f", text: "engine:\n  type: webhook\n  url: http://a/\n  headers:\n    X-A: b\n    Host: c\n")
        let faults = #expect(throws: InvalidSettings.self) {
            try Settings.load(file: file, environment: [:])
        }
        #expect(faults?.faults.map(\.description) == ["f:6: engine.headers.Host: is reserved"])
    }

    @Test func `the names of rules and flags are the driver's`() throws {
        let file = SettingsFile(
            name: "f", text: "rulePolicies: [{imageFileName: a, rules: [NotifyImageLoadRule], flags: [TrustedProcess]}]"
        )
        let settings = try Settings.load(file: file, environment: [:])
        #expect(
            settings.rulePolicies == [
                RulePolicy(imageFileName: "a", rules: .notifyImageLoadRule, flags: .trustedProcess)
            ])
    }
}
