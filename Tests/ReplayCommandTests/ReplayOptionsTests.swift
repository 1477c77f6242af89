import ArgumentParser
import Bytes
import Console
import Driver
import Messages
import Replay
import Runtime
import Settings
import Testing

@testable import ReplayCommand

/// The command line of `wdfilterd replay`.
@Suite struct ReplayOptionsTests {
    @Test(arguments: [
        ("asap", ReplayPace.asap), ("recorded", .speed(1)), ("x1", .speed(1)), ("x2.5", .speed(2.5)),
        ("x0.001", .speed(0.001)), ("x1e6", .speed(1e6)), ("x1000000", .speed(1e6)),
    ])
    func `valid paces`(argument: String, pace: ReplayPace) { #expect(ReplayPace(argument: argument) == pace) }

    @Test(arguments: [
        "", "x", "x0", "x-1", "x0.0009", "x1000001", "xinf", "xnan", "2", "X2", "x2x", "x 2", "ASAP", "recorded ",
        "xx2",
    ])
    func `invalid paces`(argument: String) { #expect(ReplayPace(argument: argument) == nil) }

    @Test func `the command line has all options that affect the result, and neither folders nor secrets`() throws {
        let arguments = [
            "--format", "sysmon", "--order", "forward", "--include", "security", "--machine", "PC 1",
            "--initial-threads",
            "--pace", "x10", "--allow-empty", "--rules", "NotifyImageLoadRule,NotifyProcessCmdLine", "--policy",
            #"*\it's.exe=NotifyImageLoadRule"#, "--engine-reply", "deny", "--engine-latency", "1.5s",
            "--engine-fail-every", "4", "--engine-replies", "/data/me/replies.yaml", "--config", "etc/c.yaml",
            "--queue-limit", "24", "--starvation-limit", "2", "--set", "driver.asyncTimeoutMs=900", "--compare",
            "out/old.json", "--fail-on-loss=2", "--max-delay", "2s", "--max-queue", "9", "--fail-under", "12.5",
        ]
        let shown =
            "wdfilterd replay a.zip - --format sysmon --order forward --include security --machine 'PC 1' --initial-threads "
            + "--pace x10 --allow-empty --rules NotifyImageLoadRule,NotifyProcessCmdLine --policy "
            + #"'*\it'\''s.exe=NotifyImageLoadRule' --engine-reply deny --engine-latency 1500ms "#
            + "--engine-fail-every 4 --engine-replies replies.yaml --config c.yaml --queue-limit 24 "
            + "--starvation-limit 2 --set driver.asyncTimeoutMs=900 --compare old.json --fail-on-loss=2 --max-delay 2000ms "
            + "--max-queue 9 --fail-under 12.5"
        let command = try ReplayCommand.parse(["/data/me/a.zip", "-"] + arguments)
        #expect(command.commandLine == shown)
        let again = try ReplayCommand.parse(["a.zip", "-"] + arguments)
        #expect(again.commandLine == shown)
        let webhook = [
            "a.zip", "--engine-url", "http://h:1/secret?x", "--engine-secret-file", "k/s", "--sweep", "queue=1,2",
        ]
        #expect(
            try ReplayCommand.parse(webhook).commandLine
                == "wdfilterd replay a.zip --sweep queue=1,2 --engine-url 'http://h:1/<redacted>' --engine-secret-file s"
        )
        let server = [
            "-b.zip", "--server", "unix:/run/w.sock", "--token-file", "/etc/t", "--instance", "w1", "--like", "lab",
            "--fresh",
        ]
        #expect(
            try ReplayCommand.parse(server.dropFirst() + ["--", server[0]]).commandLine
                == "wdfilterd replay ./-b.zip --server unix:w.sock --token-file t --instance w1 --like lab --fresh")
        #expect(try ReplayCommand.parse(["a", "--fail-on-loss=0"]).commandLine == "wdfilterd replay a --fail-on-loss")
        #expect(
            try ReplayCommand.parse(["a", "--fail-on-loss=new", "--pace", "recorded"]).commandLine
                == "wdfilterd replay a --pace recorded --fail-on-loss=new")
    }

    @Test func `an option that the command line does not have only changes the output`() {
        let help = ReplayCommand.helpMessage()
        let options = Set(help.matches(of: /(?m)^  (?:-\w, )?(--[a-z-]+)/).map { String($0.output.1) })
        let output: Set = [
            "--coverage", "--messages", "--points", "--json", "--html", "--quiet", "--color", "--log-level", "--help",
            "--version",
            "--ca-file", "--insecure",
        ]
        let shown: Set = [
            "--format", "--order", "--include", "--machine", "--initial-threads", "--pace", "--allow-empty", "--rules",
            "--policy", "--engine-url", "--engine-secret-file", "--engine-reply", "--engine-latency",
            "--engine-fail-every", "--engine-replies", "--config", "--queue-limit", "--starvation-limit", "--set",
            "--compare", "--fail-on-loss", "--max-delay", "--max-queue", "--fail-under", "--sweep", "--server",
            "--token-file", "--instance", "--like", "--fresh",
        ]
        #expect(options.subtracting(output).symmetricDifference(shown) == [])
    }

    @Test func `rules are names separated by commas`() throws {
        #expect(try ArmedRules("NotifyImageLoadRule").rules == .notifyImageLoadRule)
        let two = try ArmedRules("NotifyImageLoadRule,NotifyProcessCmdLine")
        #expect(two.rules == [.notifyImageLoadRule, .notifyProcessCmdLine])
        #expect(two.names == ["NotifyImageLoadRule", "NotifyProcessCmdLine"])
    }

    @Test(arguments: [
        "", ",", "NotifyImageLoadRule,", ",NotifyImageLoadRule", "NotifyImageLoadRule,,NotifyProcessCmdLine", "Nothing",
        "NotifyImageLoadRule, NotifyProcessCmdLine", "0x", "0x-0", "0x+1", "0x100000000", "0x 1",
    ])
    func `invalid rules`(argument: String) { #expect(throws: ValidationError.self) { try ArmedRules(argument) } }

    @Test(arguments: [
        (#"*\powershell.exe=NotifyImageLoadRule"#, #"*\powershell.exe"#), ("a=b=NotifyImageLoadRule", "a=b"),
        ("==NotifyImageLoadRule", "="), ("*=NotifyImageLoadRule", "*"),
    ])
    func `a policy is a pattern, the last equals sign, and rules`(argument: String, pattern: String) throws {
        let policy = try ArmedPolicy(argument)
        #expect(policy.rulePolicies.first == RulePolicy(imageFileName: pattern, rules: .notifyImageLoadRule))
    }

    @Test(arguments: [
        (
            "notepad.exe", [#"C:\Windows\notepad.exe"#, "NOTEPAD.EXE"],
            [#"C:\Windows\mynotepad.exe"#, "notepad.exe.bak"]
        ),
        ("note*.exe", [#"C:\notepad.exe"#], [#"C:\mynote.exe"#]),
        (#"C:\Windows\notepad.exe"#, [#"c:\windows\notepad.exe"#], [#"D:\C:\Windows\notepad.exe"#, "notepad.exe"]),
        ("*pad.exe", [#"C:\Windows\notepad.exe"#, "pad.exe"], [#"C:\pad.exe\a.exe"#]),
    ])
    func `a pattern without a folder matches in any folder`(pattern: String, matching: [String], others: [String])
        throws
    {
        let policies = try ArmedPolicy(pattern + "=NotifyImageLoadRule").rulePolicies
        func applies(_ image: String) -> Bool { policies.contains { $0.applies(to: UnicodeString(image)) } }
        #expect(matching.filter { !applies($0) } == [])
        #expect(others.filter(applies) == [])
    }

    @Test func `policies that match no image are known, each as it was given`() throws {
        let use = PolicyUse(
            try ["notepad.exe", #"*\cmd.exe"#, "x.exe"].map { try ArmedPolicy($0 + "=NotifyImageLoadRule") })
        #expect(use.unused == ["notepad.exe", #"*\cmd.exe"#, "x.exe"])
        use.note(#"C:\Windows\System32\CMD.exe"#)
        use.note(#"C:\Windows\System32\calc.exe"#)
        #expect(use.unused == ["notepad.exe", "x.exe"])
        use.note(#"C:\Windows\Notepad.exe"#)
        #expect(use.unused == ["x.exe"])
    }

    @Test func `a setting of the driver is a key, the first equals sign, and a value`() throws {
        let assignment = try DriverAssignment("driver.asyncTimeoutMs=20=1")
        #expect((assignment.key, assignment.value) == ("driver.asyncTimeoutMs", "20=1"))
    }

    @Test(arguments: [
        ("driver.asyncTimeoutMs", "the value is missing; write driver.NAME=VALUE, such as driver.asyncTimeoutMs=2000"),
        ("driver.asyncTimeoutMs=", "the value of driver.asyncTimeoutMs is missing"),
        ("asyncTimeoutMs=1", #""asyncTimeoutMs" is not a setting of the driver; write driver.asyncTimeoutMs"#),
        (
            "driver.asyncTimeoutMS2=1",
            #""driver.asyncTimeoutMS2" is not a setting of the driver; did you mean driver.asyncTimeoutMs?"#
        ),
    ])
    func `a wrong setting of the driver says which part is wrong`(argument: String, fault: String) {
        let error = #expect(throws: ValidationError.self) { try DriverAssignment(argument) }
        #expect(error?.message == fault)
    }

    @Test func `options set settings of the driver without a file, and over those of the file`() throws {
        let command = try ReplayCommand.parse([
            "f", "--queue-limit", "10", "--starvation-limit", "2", "--set", "driver.asyncTimeoutMs=2000", "--set",
            "driver.createThreadImageFileName=target",
        ])
        let file = SettingsFile(name: "c", text: "driver: {maxAsyncNotificationCount: 7, asyncTimeoutMs: 1}")
        let driver = try Settings.load(file: file, environment: [:], flags: try command.engine.settings()).driver
        var expected = DriverConfig()
        for setting in DriverConfig.table {
            switch "\(setting.name)" {
            case "maxAsyncNotificationCount": expected[setting] = .number(10)
            case "asyncStarvationLimit": expected[setting] = .number(2)
            case "asyncTimeoutMs": expected[setting] = .number(2000)
            case "createThreadImageFileName": expected[setting] = .name("target")
            default: break
            }
        }
        #expect(driver == expected)
    }

    @Test(arguments: [
        ("--queue-limit", "-1"), ("--queue-limit", "many"), ("--starvation-limit", "1000001"),
        ("--set", "driver.asyncTimeoutMs=0"), ("--set", "driver.syncMonitorNotificationFlag=maybe"),
    ])
    func `a wrong value of a setting of the driver names its option`(option: String, value: String) throws {
        let command = try ReplayCommand.parse(["f", "\(option)=\(value)"])
        let fault = #expect(throws: InvalidSettings.self) {
            try Settings.load(file: nil, environment: [:], flags: try command.engine.settings())
        }
        #expect(fault?.faults.count == 1)
        #expect(fault?.faults.first?.description.hasPrefix(option) == true)
    }

    @Test(arguments: ["", "=", "*", "*=", "=NotifyImageLoadRule", "*=Nothing", "NotifyImageLoadRule"])
    func `invalid policies`(argument: String) { #expect(throws: ValidationError.self) { try ArmedPolicy(argument) } }

    @Test func `all armed rules become policies, those for every process first`() throws {
        let command = try ReplayCommand.parse([
            "f", "--policy", "a=NotifyImageLoadRule", "--rules", "NotifyProcessCmdLine", "--policy",
            "b=NotifyImageLoadRule",
        ])
        #expect(command.policies.map(\.imageFileName) == ["*", "a", "b"])
        #expect(try ReplayCommand.parse(["f"]).policies.isEmpty)
        #expect(try ReplayCommand.parse(["f"]).pace == .asap)
    }

    @Test(arguments: [
        [], ["f", "--fail-under", "101"], ["f", "--fail-under", "-1"], ["f", "--fail-under", "nan"], ["-", "f", "-"],
        ["f", "--token-file", "t"], ["f", "--instance", "w1"], ["f", "--like", "a"], ["f", "--ca-file", "c"],
        ["f", "--insecure"],
        ["f", "--server", "http://127.0.0.1:1", "--instance", "W 1"],
        ["f", "--engine-url", "http://127.0.0.1:1", "--engine-latency", "1ms"],
        ["f", "--engine-url", "http://127.0.0.1:1", "--engine-fail-every", "2"],
        ["f", "--server", "http://127.0.0.1:1", "--engine-reply", "deny"],
        ["f", "--server", "http://127.0.0.1:1", "--config", "c"],
        ["f", "--server", "http://127.0.0.1:1", "--format", "native"],
        ["f", "--server", "http://127.0.0.1:1", "--like", "a", "--rules", "NotifyImageLoadRule"],
        ["f", "--server", "http://127.0.0.1:1", "--like", "a", "--policy", "*=NotifyImageLoadRule"],
        ["f", "--server", "http://127.0.0.1:1", "--queue-limit", "1"], ["f", "--fresh"],
        ["f", "--server", "http://127.0.0.1:1", "--set", "driver.asyncTimeoutMs=1"],
        ["f", "--server", "http://127.0.0.1:1", "--messages", "m.csv"],
        ["f", "--server", "http://127.0.0.1:1", "--max-delay", "1s", "--pace", "recorded"],
        ["f", "--max-delay", "1s"], ["f", "--max-delay", "1", "--pace", "recorded"], ["f", "--fail-on-loss=new"],
        ["f", "--fail-on-loss=-1"], ["f", "--fail-on-loss=some"], ["f", "--max-queue", "-1"],
    ])
    func `options that exclude each other are refused`(arguments: [String]) {
        #expect(throws: (any Error).self) { try ReplayCommand.parse(arguments).checkOptions() }
    }

    @Test(arguments: [
        ["f", "--fail-under", "0"], ["f", "--fail-under", "100"], ["-", "f"],
        ["f", "--server", "unix:/s", "--like", "a", "--token-file", "t", "--insecure"],
        ["f", "--server", "unix:/s", "--rules", "NotifyImageLoadRule"],
        ["f", "--engine-latency", "20ms", "--engine-fail-every", "100", "--pace", "recorded"],
        ["f", "--max-delay", "90s", "--pace", "x2"], ["f", "--fail-on-loss=new", "--compare", "old.json"],
        ["f", "--server", "unix:/s", "--fail-on-loss=0", "--max-queue", "5", "--fresh", "--compare", "old.json"],
    ])
    func `options that fit together are accepted`(arguments: [String]) throws {
        try ReplayCommand.parse(arguments).checkOptions()
    }

    @Test func `options of the engine override only their own settings of the file`() throws {
        let command = try ReplayCommand.parse(["f", "--engine-latency", "10ms"])
        let file = SettingsFile(name: "c", text: "engine: {reply: deny, delayMs: 100, failEvery: 7}")
        let settings = try Settings.load(file: file, environment: [:], flags: try command.engine.settings())
        #expect(
            settings.engine == .embedded(EmbeddedEngine.Behavior(reply: .deny, delay: .milliseconds(10), failEvery: 7)))
    }

    @Test(arguments: ["none", "webhook, url: 'http://127.0.0.1:1'"])
    func `options of the embedded engine are refused with another engine of the file`(type: String) throws {
        let command = try ReplayCommand.parse(["f", "--engine-reply", "deny"])
        let file = SettingsFile(name: "c", text: "engine: {type: \(type)}")
        let fault = #expect(throws: InvalidSettings.self) {
            try Settings.load(file: file, environment: [:], flags: try command.engine.settings())
        }
        #expect(fault?.faults.map(\.description) == ["--engine-reply: requires engine.type embedded"])
    }
}

/// Sizes and numbers as a replay prints them.
@Suite struct ReplayProgressTests {
    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (999_999, "999 kB"), (1_000_000, "1.0 MB"), (1_099_999, "1.0 MB"),
        (1_100_000, "1.1 MB"), (999_999_999, "999.9 MB"), (1_000_000_000, "1.00 GB"), (1_090_000_000, "1.09 GB"),
        (12_345_678_901, "12.34 GB"), (UInt64.max, "18446744073.70 GB"),
    ])
    func `a size is printed in its unit, never rounded up`(bytes: UInt64, text: String) {
        #expect(ReplayProgress.bytes(bytes) == text)
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (123_456, "123,456"),
        (1_234_567, "1,234,567"), (-1, "-1"), (-100, "-100"), (-999, "-999"), (-1000, "-1,000"), (-123_456, "-123,456"),
        (-1_234_567, "-1,234,567"), (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func `digits are grouped in threes`(number: Int, text: String) { #expect(number.grouped == text) }
}

/// The format that a recording's first lines indicate.
@Suite struct RecordingFormatTests {
    private func format(_ text: String) -> EventFeed.Options.Format? {
        Array(text.utf8).withUnsafeBytes { EventFeed.Options.Format(of: $0) }
    }

    @Test(arguments: [
        "{\"type\":\"processCreate\"}\n", "\n \t\r\n{\"type\":\"processExit\",\"processId\":1}\nno JSON\n",
        "{\"a\":{\"type\":\"x\"},\"type\":\"setRules\"}\n",
        // The preceding lines are invalid.
        "no JSON\n{\"type\":\"processExit\"}\n", "{\"type\":\"processCreat\n{\"type\":\"processExit\"}\n",
        "{\"type\":\"processCreat\"}\n{\"type\":\"processExit\"}\n", "[]\n{\"type\":\"processExit\"}\n",
    ])
    func `the first readable line with the type of an event makes the recording native`(text: String) {
        #expect(format(text) == .native)
    }

    @Test(arguments: [
        "{\"EventID\":1}\n{\"type\":\"processExit\"}\n", "{\"event\":{\"type\":\"processExit\"}}\n",
        "no JSON\n{\"EventID\":1}\n{\"type\":\"processExit\"}\n",
        "{\"type\":\"wineventlog\",\"log_name\":\"Microsoft-Windows-Sysmon/Operational\"}\n{\"type\":\"processExit\"}\n",
    ])
    func `a record without a native type means Sysmon`(text: String) { #expect(format(text) == .sysmon) }

    @Test(arguments: [
        "", "\n\n", "no JSON\n", "[]\n", "{\"type\":7}\n", "{\"type\":\"other\"}\n",
        "{\"type\":\"processcreate\"}\n7\n",
        "{\"type\":\"pro",
    ])
    func `invalid lines and unknown types indicate nothing`(text: String) { #expect(format(text) == nil) }
}
