import Driver
import Runtime
import Settings
import Testing
import YAML
import YAMLTesting

/// Compares Config/wdfilterd.yaml, which documents the settings, with the settings.
@Suite struct ExampleFileTests {
    private let file: SettingsFile

    init() throws {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        file = try SettingsFile(path: parts.joined(separator: "/") + "/Config/wdfilterd.yaml")
    }

    @Test func `the example has no faults and changes nothing`() throws {
        #expect(try Settings.load(file: file, environment: [:]) == Settings())
    }

    @Test func `the example names every key`() throws {
        let root = try #require(try YAMLNode(of: file.text))
        var given: Set<String> = []
        for group in root.mapping ?? [] {
            for member in group.value.mapping ?? [] { given.insert("\(group.key).\(member.key)") }
        }
        for line in file.text.split(separator: "\n") where line.hasPrefix("  # ") {
            // Keys without a default.
            guard let key = line.dropFirst(4).split(separator: ":").first, !key.contains(" ") else { continue }
            let group = file.text[..<line.startIndex].split(separator: "\n").last { $0.first?.isLetter == true }
            given.insert("\(group?.dropLast() ?? "?").\(key)")
        }
        #expect(given == Settings.keys.subtracting(["rulePolicies"]))
        #expect(root["rulePolicies"]?.list?.isEmpty == true)
    }

    @Test func `the driver's settings have the ranges and choices of their table`() throws {
        for setting in DriverConfig.table {
            let line = try #require(file.text.split(separator: "\n").first { $0.hasPrefix("  \(setting.name):") })
            if let range = setting.range {
                #expect(line.contains(" \(range.lowerBound)...\(range.upperBound)"), "\(line)")
            } else if case .choice(let names, _, _) = setting.kind {
                #expect(line.contains("# \(names.joined(separator: ", ")); "), "\(line)")
            } else {
                #expect(line.contains("# true, false; "), "\(line)")
            }
        }
    }

    @Test func `each key has a comment with its values or unit`() {
        for line in file.text.split(separator: "\n") where line.hasPrefix("  ") && !line.hasPrefix("  #") {
            let parts = line.split(separator: "#", maxSplits: 1)
            #expect(parts.count == 2, "\(line)")
            let value = parts[0].split(separator: ":", maxSplits: 1).last?.filter { $0 != " " } ?? ""
            if Int(value) != nil { #expect(parts.last?.contains("...") == true, "\(line)") }
        }
    }

    @Test func `the commented answers of the embedded engine are correct`() throws {
        let entries = file.text.split(separator: "\n").filter { $0.hasPrefix("  # - ") }.map { "  " + $0.dropFirst(4) }
        let text = "engine:\n  replies:\n" + entries.joined(separator: "\n")
        let settings = try Settings.load(file: SettingsFile(name: "example", text: text), environment: [:])
        guard case .embedded(let behavior) = settings.engine else {
            Issue.record("not the embedded engine")
            return
        }
        #expect(behavior.replies.map(\.imageFileName) == [#"*\mimikatz.exe"#, nil])
        #expect(behavior.replies.map(\.answer?.accessDenied) == [true, nil])
    }

    @Test func `the commented parts of the example are correct too`() throws {
        var text = ""
        for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) {
            switch line {
            case _ where line.hasPrefix("  type:"): text += "  type: webhook"
            case _ where ["  reply:", "  delayMs:", "  failEvery:"].contains(where: line.hasPrefix): break
            case _ where line.hasPrefix("  # - ") || line.hasPrefix("  replies:"): break
            case _ where line.hasPrefix("  # ") && line.dropFirst(4).contains(": ") && !line.contains("Members"):
                text += "  " + line.dropFirst(4)
            case _ where line.hasPrefix("#   - ") || line.hasPrefix("#     "): text += "  " + line.dropFirst(4)
            case _ where line.hasPrefix("rulePolicies:"): break
            case _ where line.hasPrefix("# PUT /v1/hosts/{host}/rule-policies"): text += "rulePolicies:"
            default: text += line
            }
            text += "\n"
        }
        let settings = try Settings.load(
            file: SettingsFile(name: "example", text: text), environment: [:])
        #expect(settings.auth.tokensFile == "tokens")
        #expect(settings.tls.certificateFile == "server.pem")
        #expect(settings.tls.keyFile == "server.key")
        var webhook = WebhookEngineSettings(url: "http://127.0.0.1:9000/")
        webhook.secretFile = "engine.secret"
        webhook.headers = ["X-Site": Secret("lab")]
        webhook.caFile = "engine-ca.pem"
        webhook.batch = BatchLimits(maxMessages: 64, maxDelay: .milliseconds(5))
        #expect(settings.engine == .webhook(webhook))
        #expect(
            settings.rulePolicies == [
                RulePolicy(
                    imageFileName: #"*\powershell.exe"#,
                    rules: [.notifyNewThreadDifferentProcess, .notifyImageLoadRule],
                    flags: .trustedProcess)
            ])
    }
}
