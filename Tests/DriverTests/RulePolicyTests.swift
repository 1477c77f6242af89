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
    ])
    func `a policy's pattern is a glob over the whole name, without case`(pattern: String, name: String, matches: Bool)
    {
        #expect(RulePolicy(imageFileName: pattern, rules: []).applies(to: name) == matches)
    }

    @Test func `a pattern of many stars against a long name comes to an end`() {
        let pattern = String(repeating: "*a", count: 60) + "*b"
        #expect(!ImageNamePattern(pattern).matches(String(repeating: "a", count: 4000)))
    }

    @Test func `all matching policies are OR-ed onto the request before the engine is told`() throws {
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
