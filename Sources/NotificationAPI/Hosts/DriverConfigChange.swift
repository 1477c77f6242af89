import Driver
import DriverJSON
import JSON

/// A change of a driver's configuration: settings that it leaves out stay.
struct DriverConfigChange: Hashable, Sendable {
    /// New values, in the order of the table of settings; nil to leave a setting alone.
    private var values: [DriverSetting.Value?]

    /// The members of a change, one a setting.
    static let members = DriverConfig.table.map(\.name)

    /// A change of nothing.
    init() { values = DriverConfig.table.map { _ in nil } }

    /// A change of everything to what `config` says.
    init(to config: DriverConfig) { values = DriverConfig.table.map { config[$0] } }

    /// Reads the members of a change.
    init(_ object: JSONObject) {
        values = DriverConfig.table.map { setting in object.optional(setting.name) { $0.value(of: setting) } }
    }

    func apply(to config: inout DriverConfig) {
        for (setting, value) in zip(DriverConfig.table, values) {
            if let value { config[setting] = value }
        }
    }
}

extension DriverConfig {
    func write(to json: inout JSONWriter) {
        json.object { json in
            for setting in DriverConfig.table {
                switch self[setting] {
                case .number(let number): json.member(setting.name, number)
                case .flag(let flag): json.member(setting.name, flag)
                case .name(let name): json.member(setting.name, name)
                }
            }
        }
    }
}

extension JSONValue {
    /// A value of `setting`, in its range; nil after a fault.
    fileprivate func value(of setting: DriverSetting) -> DriverSetting.Value? {
        switch setting.kind {
        case .count(let range, _, _), .milliseconds(let range, _): int(in: range).map { .number($0) }
        case .flag: bool().map { .flag($0) }
        case .choice(let names, _, _): choice(of: names).map { .name($0) }
        }
    }

    func int(in range: ClosedRange<Int>) -> Int? {
        integer(in: Int64(range.lowerBound)...Int64(range.upperBound)).map(Int.init)
    }
}
