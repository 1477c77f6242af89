import Messages
import Testing
import TestSupport

@testable import Driver

@Suite struct RulePolicyTests {
    @Test(arguments: [
        ("*", "", true), ("*", "anything", true), ("", "", true), ("", "a", false), ("?", "a", true), ("?", "", false),
        (#"*\powershell.exe"#, #"C:\Windows\PowerShell.EXE"#, true), (#"*\powershell.exe"#, "powershell.exe", false),
        (#"*\powershell.exe"#, #"C:\powershell.exe.bak"#, false), ("a*b*c", "aXbYbZc", true),
        ("a*b*c", "aXbYbZ", false),
        ("a**b", "ab", true), ("*.???", "a.b.exe", true), ("*.???", "a.ex", false), ("[a]*", "[A]x", true),
        ("[a]*", "ax", false), ("Ä?", "äx", true), (#"\*"#, #"\"#, true), ("***", "", true), ("a?", "a", false),
        ("*a", "aaaaab", false), ("*aab", "aaaaab", true), ("?*?", "a", false), ("?*?", "ab", true),
        ("?.exe", "İ.exe", true), ("straße", "STRASSE", false), ("straße", "STRAßE", true), ("?", "𐐨", false),
        ("??", "𐐨", true), ("ſ*", "Sx", true), ("a*a", "a", false), ("ab*ba", "aba", false), ("*?b*", "ab", true),
    ])
    func `a policy's pattern is a glob over the whole name, ignoring case`(pattern: String, name: String, matches: Bool)
    {
        #expect(RulePolicy(imageFileName: pattern, rules: []).applies(to: UnicodeString(name)) == matches)
    }

    /// The definition of the glob: which prefixes of the name each prefix of the pattern matches.
    private static func matches(_ pattern: [UInt16], _ name: [UInt16]) -> Bool {
        var matched = (0...name.count).map { $0 == 0 }
        for unit in pattern {
            var next = matched.map { $0 && unit == .star }
            for place in name.indices {
                let isTaken = unit == .star ? next[place] : matched[place] && (unit == .anyUnit || unit == name[place])
                if isTaken { next[place + 1] = true }
            }
            matched = next
        }
        return matched[name.count]
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `a set of policies grants what each of them grants, however small the slices`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        func text(_ alphabet: String, _ most: Int) -> String {
            String(
                (0..<Int.random(in: 0...most, using: &random)).compactMap { _ in alphabet.randomElement(using: &random)
                })
        }
        let patterns = (0..<32).map { index in text(index % 4 == 0 ? "ab*?" : "aab*", 8) }
        let set = RulePolicySet(
            patterns.enumerated().map { RulePolicy(imageFileName: $1, rules: ProcessRules(rawValue: 1 << UInt32($0))) })
        for _ in 0..<20 {
            let name = UnicodeString(text("aAb", Bool.random(using: &random) ? 6 : 90))
            var expected: UInt32 = 0
            for (index, pattern) in patterns.enumerated()
            where Self.matches(UnicodeString(pattern).upcasedUnits, name.upcasedUnits) {
                expected |= 1 << UInt32(index)
            }
            #expect(set.grant(for: name).rules.rawValue == expected, "\(name) \(patterns)")
            var match = RulePolicyMatch(set, imageFileName: name, sliceSteps: 3)
            var grant: RulePolicy.Grant?
            while grant == nil { grant = match.advance() }
            #expect(grant?.rules.rawValue == expected)
            for (index, pattern) in patterns.enumerated() {
                #expect(
                    ImageNamePattern(pattern).matches(name) == (expected >> UInt32(index) & 1 == 1),
                    "\(pattern) \(name)")
            }
        }
    }

    /// The number of slices of `sliceSteps` steps that a set needs for a name.
    private func slices(_ patterns: [String], _ name: String, sliceSteps: Int = 1000) -> Int {
        let set = RulePolicySet(patterns.map { RulePolicy(imageFileName: $0, rules: .notifyImageLoadRule) })
        var match = RulePolicyMatch(set, imageFileName: UnicodeString(name), sliceSteps: sliceSteps)
        var count = 1
        while match.advance() == nil { count += 1 }
        return count
    }

    private func a(_ count: Int) -> String { String(repeating: "a", count: count) }

    @Test func `steps grow with patterns and name, not with their product`() {
        // A tenth of the maximum length, to keep the test fast.
        let name = a(3276)
        #expect(slices(["*" + a(1600) + "b*", "*" + a(1600) + "c*"], name) < 20)
        #expect(slices((0..<1000).map { "*aab\($0)*" }, name) < 20)
        #expect(slices((0..<1000).map { _ in "*aa*aa*b*" }, name) < 20)
        #expect(slices((0..<1000).map { "*\\a\($0).exe" }, name) < 10)
        let one = slices((1...80).map { "*" + a($0) + "b*" }, a(1000))
        let two = slices((1...80).map { "*" + a($0) + "b*" }, a(2000))
        #expect(two <= 3 * one, "the length of the name counts once")
    }

    @Test func `a pattern with many question marks is compared at 64 positions at a time`() {
        let pattern = "*" + String(repeating: "a?", count: 400) + "b*"
        #expect(slices([pattern], a(3276), sliceSteps: 1000) < 3276 * 800 / 64 / 1000 * 2)
        #expect(!ImageNamePattern(pattern).matches(a(3276)))
        #expect(ImageNamePattern(pattern).matches(a(3276) + "b"))
    }

    @Test func `all matching policies are OR-ed onto the request before the engine gets the message`() throws {
        let engine = ScriptedEngine()
        let driver = Driver.make(engine: engine)
        driver.rulePolicies = [
            RulePolicy(imageFileName: #"*\a.exe"#, rules: .notifyImageLoadRule, flags: .trustedProcess),
            RulePolicy(imageFileName: "c:*", rules: .allowedToInjectCode, flags: .friendlyProcess),
            RulePolicy(imageFileName: "d:*", rules: .notifyProcessCmdLine),
        ]
        let context = try driver.makeProcess(100, rules: .notifyWow64cpuLoad, imageFileName: #"C:\a.exe"#)
        #expect(context.rules == [.notifyWow64cpuLoad, .notifyImageLoadRule, .allowedToInjectCode])
        #expect(context.flags == [.trustedProcess, .friendlyProcess, .threadNotifyRoutineExSet])
        #expect(engine.messages.first?.imageLoadAndProcess?.processFlagsLowByte == 0x60)
        #expect(driver.rulePolicies.count == 3)
    }
}
