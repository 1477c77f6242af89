import Settings
import Testing

let words = RuleWords(
    rule: { ["NotifyImageLoadRule": 0x800_0000, "NotifyWow64cpuLoad": 0x800][$0] },
    flag: { ["TrustedProcess": 0x40][$0] })

func load(
    _ text: String, environment: [String: String] = [:], flags: [SettingsFlag] = []
) throws(InvalidSettings) -> Settings {
    let file = SettingsFile(name: "wdfilterd.yaml", text: text)
    return try Settings.load(file: file, environment: environment, flags: flags, words: words)
}

/// The faults' descriptions, none when there are none.
func faults(_ text: String, environment: [String: String] = [:], flags: [SettingsFlag] = []) -> [String] {
    do {
        _ = try load(text, environment: environment, flags: flags)
        return []
    } catch {
        return error.faults.map(\.description)
    }
}

func expectFaults(
    _ text: String, environment: [String: String] = [:], flags: [SettingsFlag] = [], _ expected: [String],
    _ location: SourceLocation = #_sourceLocation
) {
    #expect(faults(text, environment: environment, flags: flags) == expected, sourceLocation: location)
}
