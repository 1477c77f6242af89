import Driver
import Settings
import Testing

@Suite struct RulePolicySettingsTests {
    @Test func `rules and flags are names, masks or both`() throws {
        let settings = try load(
            #"""
            rulePolicies:
            - imageFileName: '*\powershell.exe'
              rules: [NotifyImageLoadRule, 0x1, "0x2", 4, 0]
              flags: 0xFFFFFFFF
            - imageFileName: cmd.exe
            - {imageFileName: a, rules: 4294967295, flags: [TrustedProcess]}
            """#)
        #expect(
            settings.rulePolicies == [
                RulePolicy(imageFileName: #"*\powershell.exe"#, rules: word(0x800_0007), flags: word(.max)),
                RulePolicy(imageFileName: "cmd.exe", rules: [], flags: []),
                RulePolicy(imageFileName: "a", rules: word(.max), flags: .trustedProcess),
            ])
    }

    @Test func `every faulty entry is reported with its position`() {
        let rules = ProcessRules.allNames.joined(separator: ", ")
        expectFaults(
            """
            rulePolicies:
            - rules: [Nonsense, 0x1FFFFFFFF, -1, 0x+1, 0x, 010]
              color: red
            - imageFileName: a
              rules: NotifyImageLoadRule
              flags:
                - NotifyImageLoadRule
                - [1]
            - text
            - imageFileName: ""
            """,
            [
                #"wdfilterd.yaml:2: rulePolicies[0]: imageFileName is missing: a pattern such as "*\\cmd.exe""#,
                #"wdfilterd.yaml:2: rulePolicies[0].rules[0]: "Nonsense" is not a rule; use one of \#(rules)"#,
                #"wdfilterd.yaml:2: rulePolicies[0].rules[1]: "0x1FFFFFFFF" is not a rule; use one of \#(rules)"#,
                #"wdfilterd.yaml:2: rulePolicies[0].rules[2]: "-1" is not a rule; use one of \#(rules)"#,
                #"wdfilterd.yaml:2: rulePolicies[0].rules[3]: "0x+1" is not a rule; use one of \#(rules)"#,
                #"wdfilterd.yaml:2: rulePolicies[0].rules[4]: "0x" is not a rule; use one of \#(rules)"#,
                #"wdfilterd.yaml:2: rulePolicies[0].rules[5]: "010" is not a rule; write 0x010 for a mask"#,
                #"wdfilterd.yaml:3: rulePolicies[0].color: unknown setting; use one of imageFileName, rules, flags"#,
                #"wdfilterd.yaml:5: rulePolicies[1].rules: "NotifyImageLoadRule" is neither a list of names nor a mask, "#
                    + "0...0xffffffff; write [NotifyImageLoadRule]",
                #"wdfilterd.yaml:7: rulePolicies[1].flags[0]: "NotifyImageLoadRule" is not a flag, but a rule"#,
                #"wdfilterd.yaml:8: rulePolicies[1].flags[1]: must be a single value, not a list"#,
                #"wdfilterd.yaml:9: rulePolicies[2]: must be a mapping, not a text"#,
                #"wdfilterd.yaml:10: rulePolicies[3].imageFileName: has no value"#,
            ])
    }

    @Test func `policies have the limits of a host`() {
        func lines(_ count: Int, _ name: String) -> String {
            "rulePolicies:\n" + String(repeating: "- imageFileName: \(name)\n", count: count)
        }
        #expect(faults(lines(10_000, "a")).isEmpty)
        expectFaults(
            lines(10_001, "a"), ["wdfilterd.yaml:1: rulePolicies: there are 10001 policies; the limit is 10000"])
        let name = String(repeating: "x", count: 32_766)
        #expect(faults(lines(2, name)).isEmpty)
        expectFaults(
            lines(3, name),
            ["wdfilterd.yaml:1: rulePolicies: the patterns have 98298 characters in total; the limit is 65536"])
    }

    @Test func `the name of an image is limited`() {
        let longest = String(repeating: "x", count: 32_766)
        #expect(faults("rulePolicies: [{imageFileName: \(longest)}]").isEmpty)
        #expect(faults("rulePolicies: [{imageFileName: \(longest)x}]").count == 1)
        #expect(faults("rulePolicies: [{imageFileName: \"a\\0\"}]").count == 1)
    }
}

private func word<Word: NamedBits>(_ bits: UInt32) -> Word { Word(rawValue: bits) }
