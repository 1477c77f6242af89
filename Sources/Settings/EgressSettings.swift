import Yams

/// Where webhooks may go. Group `egress`.
public struct EgressSettings: Hashable, Sendable {
    /// Whether webhooks may go to this machine, 127.0.0.0/8 and ::1.
    public var allowLoopback = true
    /// Private addresses that they may go to, in CIDR notation.
    public var allowedRanges: [String] = []
    /// Addresses that they may not go to, in CIDR notation.
    public var deniedRanges: [String] = []

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader, by rules: ForeignRules) {
        reader.flag("egress.allowLoopback", &allowLoopback)
        allowedRanges = Self.ranges("egress.allowedRanges", from: &reader, by: rules.allowedRangeFault)
        deniedRanges = Self.ranges("egress.deniedRanges", from: &reader, by: rules.deniedRangeFault)
    }

    private static func ranges(
        _ key: String, from reader: inout SettingsReader, by fault: (String) -> String?
    ) -> [String] {
        let items = reader.read(key) { given throws(SettingsFault) in try given.rangeItems() } ?? []
        return items.compactMap { item in
            do throws(SettingsFault) {
                let text = try item.text()
                if let detail = fault(text) { throw item.fault("\(item.quoted(text)) \(detail)") }
                return text
            } catch {
                reader.add(error)
                return nil
            }
        }
    }
}

extension SettingsValue {
    /// The entries of a list; of a variable, what stands between its commas.
    fileprivate func rangeItems() throws(SettingsFault) -> [SettingsValue] {
        guard case .environment = origin, let scalar = node.scalar else { return try items() }
        return scalar.string.split(separator: ",", omittingEmptySubsequences: false).map { part in
            SettingsValue(node: .scalar(.init(String(part), .implicit, .plain)), key: key, origin: origin)
        }
    }
}
