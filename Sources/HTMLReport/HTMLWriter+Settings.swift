import Bytes
import HTML
import JSON
import Replay

extension HTMLWriter {
    /// Writes the settings of a replay; `whereToFind` says where all policies are.
    mutating func write(_ settings: ReplaySettings, whereToFind: String) {
        heading("settings", "Settings")
        element(.dl, .class("facts")) { html in
            html.fact("wdfilterd", settings.version)
            if !settings.files.isEmpty { html.fact("files", ReplayPage.list(settings.files)) }
            if let pace = settings.pace { html.fact("pace", pace) }
            html.fact("engine", settings.engine.words)
            if !settings.rules.isEmpty { html.fact("rules of every process", settings.rules.joined(separator: ", ")) }
            html.fact("driver", settings.driver.words)
            html.fact("limits of a host", settings.limits.words)
        }
        if settings.policies.isEmpty { return }
        ReportTable(
            "Rule policies", [.text("image"), .text("rules"), .text("flags")], mostRows: 100, mostBytes: 64 << 10
        )
        .write(settings.policies, to: &self, unlisted: settings.policiesUnlisted, whereToFind: whereToFind) { policy in
            [
                .code(policy.imageFileName), .code(policy.rules.joined(separator: ", ")),
                .code(policy.flags.joined(separator: ", ")),
            ]
        }
    }
}

extension JSONTree {
    /// The most bytes of a value in words.
    private static let mostBytes = 4096

    /// The members of an object as a list: `type embedded, delayMs 90`. Empty lists are left out.
    fileprivate var words: String {
        guard case .object(let members) = self else { return word }
        let words = members.compactMap { member -> String? in
            if case .array([]) = member.value { return nil }
            if case .object([]) = member.value { return nil }
            return "\(member.name) \(member.value.word)"
        }
        return words.joined(separator: ", ")
    }

    private var word: String {
        if case .string(let text) = self { return text.cut }
        let bytes = bytes
        return bytes.count > Self.mostBytes ? "…" : String(decoding: bytes, as: UTF8.self)
    }
}
