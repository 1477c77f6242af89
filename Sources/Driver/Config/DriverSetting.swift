import Bytes
public import Messages

/// A setting of a host's driver: a line of the table of settings.
///
/// The table is the source for the members of `/config` and of its changes, the keys of the group `driver` in the
/// settings file, their ranges, the glossary and the schemas of openapi.yaml.
public struct DriverSetting: Sendable {
    /// The key path of a value in the configuration.
    public typealias Path<Value> = any WritableKeyPath<DriverConfig, Value> & Sendable

    /// The kind of value, with its range and its key path.
    public enum Kind: Sendable {
        /// A count.
        case count(ClosedRange<Int>, unit: String, Path<Int>)
        /// Whole milliseconds.
        case milliseconds(ClosedRange<Int>, Path<Duration>)
        /// On or off.
        case flag(Path<Bool>)
        /// One of a few names.
        case choice(
            [String], read: @Sendable (DriverConfig) -> String, set: @Sendable (inout DriverConfig, String) -> Void)

        /// One of the cases of `Choice`.
        static func choice<Choice: RawRepresentable<String> & CaseIterable & SendableMetatype>(
            _ path: Path<Choice>
        ) -> Kind {
            .choice(
                Choice.allCases.map(\.rawValue), read: { $0[keyPath: path].rawValue },
                set: { config, name in
                    guard let choice = Choice(rawValue: name) else { preconditionFailure("\(name) is not a choice") }
                    config[keyPath: path] = choice
                })
        }
    }

    /// The name of the member in JSON and of the key in YAML.
    public let name: StaticString
    /// Its name, source and meaning.
    public let term: Term
    /// Its kind of value.
    public let kind: Kind

    /// The range of a number; nil for a setting that is not a number.
    public var range: ClosedRange<Int>? {
        switch kind {
        case .count(let range, _, _), .milliseconds(let range, _): range
        case .flag, .choice: nil
        }
    }

    init(
        _ name: StaticString, driverName: String?, _ provenance: Provenance, _ meaning: String, rules: [String] = [],
        _ kind: Kind
    ) {
        self.name = name
        self.kind = kind
        term = Term("\(name)", driverName: driverName, provenance, "\(meaning); \(kind.values)", rules: rules)
    }
}

extension DriverSetting.Kind {
    /// Its range, unit and default, as a phrase.
    fileprivate var values: String {
        let defaults = DriverConfig()
        return switch self {
        case .count(let range, let unit, let path):
            "\(range.lowerBound)...\(range.upperBound) \(unit), \(defaults[keyPath: path]) by default"
        case .milliseconds(let range, let path):
            "\(range.lowerBound)...\(range.upperBound) ms, \(defaults[keyPath: path].milliseconds) by default"
        case .flag(let path): "\(defaults[keyPath: path]) by default"
        case .choice(let names, let read, _): "\(names.joined(separator: " or ")), \(read(defaults)) by default"
        }
    }
}

extension DriverSetting {
    /// The value of a setting, as written in JSON and YAML.
    public enum Value: Hashable, Sendable {
        /// A count, or milliseconds.
        case number(Int)
        /// On or off.
        case flag(Bool)
        /// A name.
        case name(String)
    }
}

extension DriverConfig {
    /// The value of `setting`.
    ///
    /// Setting a value of a different kind, or a name that is not one of the choices, is a programming error and traps.
    public subscript(setting: DriverSetting) -> DriverSetting.Value {
        get {
            switch setting.kind {
            case .count(_, _, let path): .number(self[keyPath: path])
            case .milliseconds(_, let path): .number(Int(self[keyPath: path].milliseconds))
            case .flag(let path): .flag(self[keyPath: path])
            case .choice(_, let read, _): .name(read(self))
            }
        }
        set {
            switch (setting.kind, newValue) {
            case (.count(_, _, let path), .number(let count)): self[keyPath: path] = count
            case (.milliseconds(_, let path), .number(let milliseconds)):
                self[keyPath: path] = .milliseconds(milliseconds)
            case (.flag(let path), .flag(let flag)): self[keyPath: path] = flag
            case (.choice(_, _, let set), .name(let name)): set(&self, name)
            default: preconditionFailure("\(setting.name) has another kind of value")
            }
        }
    }
}
