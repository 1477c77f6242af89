import Settings
import Testing

func load(
    _ text: String, environment: [String: String] = [:], flags: [SettingsFlag] = []
) throws(InvalidSettings) -> Settings {
    let file = SettingsFile(name: "wdfilterd.yaml", text: text)
    return try Settings.load(file: file, environment: environment, flags: flags)
}

/// The descriptions of the faults; empty if there are none.
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
