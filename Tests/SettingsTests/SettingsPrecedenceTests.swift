import NotificationAPI
import Settings
import Testing

@Suite struct SettingsPrecedenceTests {
    private let listenFlag = SettingsFlag("--listen", key: "server.listen", value: "127.0.0.3:3")

    @Test func `flags override the environment, which overrides the file, which overrides the defaults`() throws {
        let file = "server: {listen: '127.0.0.1:1', threads: 3}"
        let environment = ["WDFILTERD_LISTEN": "127.0.0.2:2", "WDFILTERD_SERVER_CONNECTION_LIMIT": "100"]
        #expect(try load("").server.listen.description == "127.0.0.1:8080")
        #expect(try load(file).server.listen.description == "127.0.0.1:1")
        #expect(try load(file, environment: environment).server.listen.description == "127.0.0.2:2")
        let all = try load(file, environment: environment, flags: [listenFlag])
        #expect(all.server.listen.description == "127.0.0.3:3")
        #expect(all.server.threads == 3)
        #expect(all.server.connectionLimit == 100)
    }

    @Test func `without a file, the environment and the flags apply`() throws {
        let settings = try Settings.load(
            file: nil, environment: ["WDFILTERD_HOSTS_LIMIT": "7"], flags: [listenFlag])
        #expect(settings.limits.hosts == 7)
        #expect(settings.server.listen.description == "127.0.0.3:3")
    }

    @Test func `the long variable of server.listen overrides the short one`() throws {
        let environment = ["WDFILTERD_LISTEN": "127.0.0.1:1", "WDFILTERD_SERVER_LISTEN": "127.0.0.1:2"]
        #expect(try load("", environment: environment).server.listen.description == "127.0.0.1:2")
    }

    @Test func `a faulty value that is overridden is still a fault`() {
        expectFaults(
            "server: {listen: nowhere}", flags: [listenFlag],
            [
                "wdfilterd.yaml:1: server.listen: \"nowhere\" is not HOST:PORT with a numeric address or localhost, unix:PATH or systemd"
            ])
    }

    @Test func `a variable of a group that names no key is a fault, others are ignored`() {
        expectFaults(
            "",
            environment: [
                "WDFILTERD_DRIVER_ASYNC_TIMEOUT": "5", "WDFILTERD_CONFIG": "x", "WDFILTERD_PORT": "tcp://10.0.0.1:80",
                "WDFILTERD_SERVER_SERVICE_HOST": "10.0.0.1", "WDFILTERD_SERVER_PORT_80_TCP_ADDR": "10.0.0.1",
                "wdfilterd_driver_x": "1", "OTHER": "1",
            ],
            ["WDFILTERD_DRIVER_ASYNC_TIMEOUT: unknown setting; did you mean WDFILTERD_DRIVER_ASYNC_TIMEOUT_MS?"])
        // A variable cannot give engine.headers.
        expectFaults(
            "", environment: ["WDFILTERD_ENGINE_HEADRS": "x"], ["WDFILTERD_ENGINE_HEADRS: unknown setting"])
    }

    @Test func `variables of no group that name no setting are listed, except those of Kubernetes and of our tests`()
        throws
    {
        let settings = try load(
            "",
            environment: [
                "WDFILTERD_LISTN": "x", "WDFILTERD_CONFIG": "x", "WDFILTERD_RULEPOLICIES": "x",
                "WDFILTERD_LISTEN": "127.0.0.1:0",
                "WDFILTERD_BIN": "x", "WDFILTERD_CHAOS_SEED": "1", "WDFILTERD_PORT": "tcp://10.0.0.1:80",
                "WDFILTERD_WEB_SERVICE_HOST": "10.0.0.1", "WDFILTERD_WEB_SERVICE_PORT_HTTP": "80",
                "WDFILTERD_WEB_PORT_80_TCP_ADDR": "10.0.0.1", "OTHER": "1",
            ])
        #expect(
            settings.ignoredVariables == [
                "WDFILTERD_CONFIG": nil, "WDFILTERD_LISTN": "WDFILTERD_LISTEN",
                "WDFILTERD_RULEPOLICIES": nil,
            ])
    }

    @Test func `a setting is named as it was given`() throws {
        let flag = SettingsFlag("--engine-secret-file", key: "engine.secretFile", value: "s")
        let url = SettingsFlag("--engine-url", key: "engine.url", value: "http://a")
        let type = SettingsFlag("--engine-url", key: "engine.type", value: "webhook")
        let settings = try load(
            "engine: {type: webhook, url: http://b, caFile: c}", environment: ["WDFILTERD_AUTH_TOKENS_FILE": "t"],
            flags: [flag, url, type])
        #expect(settings.name(of: "engine.secretFile") == "--engine-secret-file")
        #expect(settings.name(of: "auth.tokensFile") == "WDFILTERD_AUTH_TOKENS_FILE")
        #expect(settings.name(of: "engine.caFile") == "engine.caFile")
    }

    @Test func `an empty variable and a list in a variable are faults`() {
        expectFaults(
            "engine: {type: webhook, url: http://a}",
            environment: ["WDFILTERD_LOG_LEVEL": "", "WDFILTERD_RULE_POLICIES": "[]", "WDFILTERD_ENGINE_HEADERS": "a"],
            [
                "WDFILTERD_ENGINE_HEADERS: engine.headers is a mapping, which a variable cannot give; "
                    + "write it in the configuration file",
                "WDFILTERD_LOG_LEVEL: has no value",
                "WDFILTERD_RULE_POLICIES: rulePolicies is a list, which a variable cannot give; "
                    + "write it in the configuration file",
            ])
    }
}
