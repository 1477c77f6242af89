import Settings
import Testing

@Suite struct SettingsFaultTests {
    @Test func `a value out of range is reported with line, key and range`() {
        expectFaults(
            "server:\n  listen: 127.0.0.1:0\n\ndriver:\n  asyncTimeoutMs: 70000\n",
            ["wdfilterd.yaml:5: driver.asyncTimeoutMs: 70000 is not in 1...60000 milliseconds"])
    }

    @Test func `FLT-3: the name of an instance has 1 to 63 lower-case letters, digits and hyphens`() throws {
        for name in ["w1", "-", "a-1", String(repeating: "w", count: 63)] {
            let settings = try Settings.load(file: nil, environment: ["WDFILTERD_SERVER_INSTANCE": name])
            #expect(settings.server.instance == name)
        }
        for name in ["W1", "w_1", "w.1", "w 1", "wé", String(repeating: "w", count: 64)] {
            expectFaults(
                "server:\n  instance: '\(name)'\n",
                ["wdfilterd.yaml:2: server.instance: \"\(name)\" is not 1 to 63 of a-z, 0-9 and hyphen"])
        }
    }

    @Test func `FLT-7: the delay of a stop has at most a minute`() throws {
        expectFaults(
            "server:\n  shutdownDelayMs: 60001\n",
            ["wdfilterd.yaml:2: server.shutdownDelayMs: 60001 is not in 0...60000 milliseconds"])
        let settings = try Settings.load(file: nil, environment: ["WDFILTERD_SERVER_SHUTDOWN_DELAY_MS": "60000"])
        #expect(settings.server.shutdownDelayMs == 60_000)
    }

    @Test func `all faults of file, environment and flags are reported together, the file's by line`() {
        expectFaults(
            """
            log: {level: loud}
            nonsense:
              a: 1
              b: 2
            hosts:
              limit: 0
              limits: 3
            server: 5
            messages: []
            """,
            environment: ["WDFILTERD_SERVER_THREADS": "many", "WDFILTERD_LISTEN": "8080", "HOME": "/"],
            flags: [SettingsFlag("--log-level", key: "log.level", value: "quiet")],
            [
                "wdfilterd.yaml:1: log.level: \"loud\" is not one of trace, debug, info, notice, warning, error, critical",
                "wdfilterd.yaml:2: nonsense: unknown setting; use one of auth, decisions, driver, egress, engine, history, hosts, "
                    + "limits, log, messages, metrics, rulePolicies, server, tls",
                "wdfilterd.yaml:6: hosts.limit: 0 is not in 1...65536",
                "wdfilterd.yaml:7: hosts.limits: unknown setting; did you mean hosts.limit?",
                "wdfilterd.yaml:8: server: must be a mapping, not a text",
                "wdfilterd.yaml:9: messages: must be a mapping, not a list",
                "WDFILTERD_LISTEN: \"8080\" is not HOST:PORT with a numeric address or localhost, unix:PATH or systemd; "
                    + "write 127.0.0.1:8080",
                "WDFILTERD_SERVER_THREADS: \"many\" is not a whole number",
                "--log-level: \"quiet\" is not one of trace, debug, info, notice, warning, error, critical",
            ])
    }

    @Test(arguments: ["servr:", "servr: ~", "servr: {}", "servr: ''", "servr: []"])
    func `an unknown key is a fault, whatever its value`(line: String) {
        expectFaults("log:\n\(line)\n", ["wdfilterd.yaml:2: servr: unknown setting; did you mean server?"])
    }

    @Test(arguments: [
        (
            "log:\ndriver.asyncTimeoutMs: 5", "driver.asyncTimeoutMs",
            "write asyncTimeoutMs: below driver:, with two spaces before it"
        ),
        ("log:\n  levl: info", "log.levl", "did you mean log.level?"),
        ("log:\n  x: 1", "log.x", "use one of format, level, requests"),
        ("log:\n  asyncTimeoutMs: 5", "log.asyncTimeoutMs", "did you mean driver.asyncTimeoutMs?"),
        ("#\nasyncTimeout: 5", "asyncTimeout", "did you mean driver.asyncTimeoutMs?"),
    ])
    func `an unknown key says which one was probably meant`(text: String, key: String, hint: String) {
        expectFaults(text, ["wdfilterd.yaml:2: \(key): unknown setting; \(hint)"])
    }

    @Test func `an unknown group is reported at its own line`() {
        expectFaults(
            "log:\nservers:\n\n  listen: x\n", ["wdfilterd.yaml:2: servers: unknown setting; did you mean server?"])
    }

    @Test func `control characters of the file are escaped in faults`() {
        expectFaults(
            "log: {level: \"\\e[31m\", \"a\\nb\": 1}\n",
            [
                #"wdfilterd.yaml:1: log.a\u{a}b: unknown setting; use one of format, level, requests"#,
                #"wdfilterd.yaml:1: log.level: "\u{1b}[31m" is not one of trace, debug, info, notice, warning, error, critical"#,
            ])
    }

    @Test(arguments: [
        ("server: ''", "server: must be a mapping, not a text"),
        ("rulePolicies: {}", "rulePolicies: must be a list, not a mapping"),
        ("rulePolicies: ''", "rulePolicies: must be a list, not a text"),
    ])
    func `an empty value of another type is a fault`(line: String, fault: String) {
        expectFaults(line, ["wdfilterd.yaml:1: \(fault)"])
    }

    @Test(arguments: [
        "server:", "server: ~", "server: null", "server: {}", "rulePolicies:", "rulePolicies: ~", "rulePolicies: []",
    ])
    func `a group or list may be empty`(line: String) { expectFaults(line, []) }

    @Test(arguments: [
        ("0", "0 is not in 1...60000 milliseconds"), ("60001", "60001 is not in 1...60000 milliseconds"),
        ("-1", "-1 is not in 1...60000 milliseconds"),
        ("99999999999999999999", "99999999999999999999 is not in 1...60000 milliseconds"),
        ("1.5", "\"1.5\" is not a whole number of milliseconds"),
        ("1e3", "\"1e3\" is not a whole number of milliseconds"),
        ("0x10", "\"0x10\" is not a whole number of milliseconds"),
        ("010", "\"010\" is not a whole number of milliseconds"),
        ("1_000", "\"1_000\" is not a whole number of milliseconds"),
        ("1:30", "\"1:30\" is not a whole number of milliseconds"),
        ("+5", "\"+5\" is not a whole number of milliseconds"),
        ("--5", "\"--5\" is not a whole number of milliseconds"),
        ("٣", "\"٣\" is not a whole number of milliseconds"), ("'5'", "\"5\" must be written without quotes"),
        ("", "has no value"), ("~", "has no value"), ("null", "has no value"), ("''", "has no value"),
        ("[5]", "must be a single value, not a list"), ("{a: 5}", "must be a single value, not a mapping"),
        ("5s", "\"5s\" is not a whole number of milliseconds; write 5000"),
    ])
    func `anything but a number in range is a fault`(value: String, detail: String) {
        expectFaults("driver:\n  asyncTimeoutMs: \(value)\n", ["wdfilterd.yaml:2: driver.asyncTimeoutMs: \(detail)"])
    }

    @Test(arguments: [
        ("yes", "\"yes\" is not true or false"), ("True", "\"True\" is not true or false"),
        ("1", "\"1\" is not true or false"), ("'true'", "\"true\" must be written without quotes"),
    ])
    func `only true and false are valid flags`(value: String, detail: String) {
        expectFaults(
            "driver: {sendSyncNotificationFlag: \(value)}",
            ["wdfilterd.yaml:1: driver.sendSyncNotificationFlag: \(detail)"])
    }

    @Test func `a duplicate key is a fault, and hides no other`() {
        expectFaults(
            """
            log:
              level: info
              "level": debug
              level: debug
            hosts:
              limit: 99999
            log:
              format: xml
            """,
            [
                "wdfilterd.yaml:3: log.level: is given more than once, first in line 2",
                "wdfilterd.yaml:4: log.level: is given more than once, first in line 2",
                "wdfilterd.yaml:6: hosts.limit: 99999 is not in 1...65536",
                "wdfilterd.yaml:7: log: is given more than once, first in line 1",
                "wdfilterd.yaml:8: log.format: \"xml\" is not one of text, json",
            ])
    }

    @Test func `duplicate keys before a fault of YAML are reported too`() {
        expectFaults(
            "log: {level: info, level: debug}\nhosts: [\n",
            [
                "wdfilterd.yaml:1: log.level: is given more than once, first in line 1",
                "wdfilterd.yaml:3: is not YAML: did not find expected node content at column 1; "
                    + "close each [ with ] and each { with }, and quote texts with these",
            ])
    }

    @Test func `a duplicate key in a nested mapping is a fault`() {
        expectFaults(
            "rulePolicies:\n- imageFileName: a\n  rules: 1\n  rules: 2\n",
            ["wdfilterd.yaml:4: rulePolicies[0].rules: is given more than once, first in line 3"])
    }

    @Test func `of a file that repeats one key, a hundred faults are listed and the others counted`() {
        let listed = (2...101).map { "wdfilterd.yaml:\($0): log: is given more than once, first in line 1" }
        expectFaults(
            String(repeating: "log: 1\n", count: 500),
            ["wdfilterd.yaml: 399 further faults are not listed"] + listed
                + ["wdfilterd.yaml:500: log: must be a mapping, not a text"])
    }

    @Test(arguments: ["a: [", "a: b: c", "\tserver: 1", "a: *b", "--- {}\n--- {}\n", "a: \"\u{1}\"", "{", "a: 'b"])
    func `invalid YAML is one fault of the file, beside those of the environment`(text: String) throws {
        let faults = faults(text, environment: ["WDFILTERD_LOG_LEVEL": "x"])
        #expect(faults.count == 2)
        #expect(try #require(faults.first).contains("is not YAML: "))
        #expect(faults.allSatisfy { !$0.contains("\n") })
    }

    @Test(arguments: ["- 1", "text", "5"])
    func `a file without a mapping is a fault`(text: String) {
        expectFaults(text, ["wdfilterd.yaml:1: must be a mapping of groups, such as server:"])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "hosts:\n", "hosts: {}\nrulePolicies:\n"])
    func `an empty file gives the defaults`(text: String) throws {
        #expect(try load(text) == Settings())
    }

    @Test func `deep nesting and unusual keys are faults, not crashes`() {
        #expect(!faults("server: " + String(repeating: "[", count: 50_000)).isEmpty)
        #expect(!faults("? [a, b]\n: 1\n").isEmpty)
        #expect(!faults("server:\n  ? {a: b}\n  : 1\n").isEmpty)
        #expect(!faults("server: &a\n  threads: *a\n").isEmpty)
    }

    @Test func `aliases cannot make a small file expand to more values than a large one has`() throws {
        let names = Array(repeating: "NotifyImageLoadRule", count: 20_000).joined(separator: ",")
        let many =
            "rulePolicies:\n- &p {imageFileName: a, rules: [\(names)]}\n" + String(repeating: "- *p\n", count: 9000)
        let clock = ContinuousClock()
        let time = clock.measure {
            expectFaults(
                many,
                [
                    "wdfilterd.yaml:28: has 180065008 values and keys, counting what its aliases repeat; "
                        + "at most 524288 are allowed"
                ])
        }
        #expect(time < .seconds(30))
        let rules =
            "[NotifyImageLoadRule,NotifyProcessCmdLine,NotifyNewThreadSameProcess,NotifyNewThreadDifferentProcess]"
        let few = "rulePolicies:\n- &p {imageFileName: a, rules: \(rules)}\n" + String(repeating: "- *p\n", count: 9999)
        #expect(try load(few).rulePolicies.count == 10_000)
    }

    @Test func `a long value is shortened in its fault`() throws {
        let fault = try #require(faults("log: {level: \(String(repeating: "x", count: 5000))}").first)
        #expect(fault.utf8.count < 250)
    }
}
