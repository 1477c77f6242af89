import Bytes
public import Driver
public import JSON

/// A change to a driver's configuration. Settings without a new value keep theirs.
public struct DriverConfigChange: JSONObjectReadable, Hashable, Sendable {
    /// The new values, in the order of the settings table; nil to keep the current one.
    private var values: [DriverSetting.Value?]

    /// The members of a change, one per setting.
    public static let members = DriverConfig.table.map(\.name)

    /// An empty change.
    public init() { values = DriverConfig.table.map { _ in nil } }

    /// A change that sets everything to the values in `config`.
    public init(to config: DriverConfig) { values = DriverConfig.table.map { config[$0] } }

    /// Reads the members of a change.
    public init(_ object: JSONObject) {
        values = DriverConfig.table.map { setting in object.optional(setting.name) { $0.value(of: setting) } }
    }

    /// The new value of a setting; nil keeps the current one.
    public subscript(setting: DriverSetting) -> DriverSetting.Value? {
        get { DriverConfig.table.firstIndex { $0.name.description == setting.name.description }.flatMap { values[$0] } }
        set {
            guard let index = DriverConfig.table.firstIndex(where: { $0.name.description == setting.name.description })
            else { return }
            values[index] = newValue
        }
    }

    /// Sets the new values in `config`.
    public func apply(to config: inout DriverConfig) {
        for (setting, value) in zip(DriverConfig.table, values) {
            if let value { config[setting] = value }
        }
    }
}

extension DriverConfig {
    /// Writes all settings as `GET /config` returns them.
    public func write(to json: inout JSONWriter) {
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
    /// A value for `setting` within its range; nil after a fault.
    fileprivate func value(of setting: DriverSetting) -> DriverSetting.Value? {
        switch setting.kind {
        case .count(let range, _, _): int(in: range).map { .number($0) }
        case .milliseconds(let range, _): milliseconds(in: range).map { .number($0) }
        case .flag: bool().map { .flag($0) }
        case .choice(let names, _, _): choice(of: names).map { .name($0) }
        }
    }

    /// An integer within `range`; nil after a fault.
    public func int(in range: ClosedRange<Int>) -> Int? {
        integer(in: Int64(range.lowerBound)...Int64(range.upperBound)).map(Int.init)
    }

    /// A number of milliseconds within `range`; nil after a fault.
    public func milliseconds(in range: ClosedRange<Int>) -> Int? {
        if let number = integer(as: Int.self), range.contains(number) { return number }
        let meant = text.flatMap { Milliseconds($0) }.map { "; write \($0.count)" }
        fault(
            "must be an integer from \(range.lowerBound) to \(range.upperBound), in milliseconds, not \(quoted)"
                + (meant ?? ""))
        return nil
    }
}
