import Settings
import Testing

let rules = ForeignRules(
    rule: { ["NotifyImageLoadRule": 0x800_0000, "NotifyNewThreadDifferentProcess": 0x40_0000][$0] },
    flag: { ["TrustedProcess": 0x40][$0] },
    hostFault: { $0.contains(" ") ? "is not a host" : nil },
    urlFault: { $0.hasPrefix("http") ? nil : "is no URL" },
    headerFaults: { $0.keys.filter { $0.contains(" ") }.map { ($0, "is no name") } },
    allowedRangeFault: { $0.hasPrefix("10.") ? nil : "is not private" },
    deniedRangeFault: { $0.contains("/") ? nil : "is no range" })

func load(
    _ text: String, environment: [String: String] = [:], flags: [SettingsFlag] = []
) throws(InvalidSettings) -> Settings {
    let file = SettingsFile(name: "wdfilterd.yaml", text: text)
    return try Settings.load(file: file, environment: environment, flags: flags, by: rules)
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
