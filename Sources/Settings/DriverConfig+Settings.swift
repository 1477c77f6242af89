import Driver

extension DriverConfig {
    /// Reads the group `driver`: the driver's configuration on a new host, under the names of a host's `/config`.
    mutating func read(from reader: inout SettingsReader) {
        for setting in DriverConfig.table {
            let value = reader.read("driver.\(setting.name)") { given throws(SettingsFault) in
                try given.value(of: setting)
            }
            if let value { self[setting] = value }
        }
    }
}

extension SettingsValue {
    /// A value of `setting`, in its range.
    fileprivate func value(of setting: DriverSetting) throws(SettingsFault) -> DriverSetting.Value {
        switch setting.kind {
        case .count(let range, _, _), .milliseconds(let range, _): .number(try integer(in: range))
        case .flag: .flag(try flag())
        case .choice(let names, _, _): .name(try name(among: names))
        }
    }
}
