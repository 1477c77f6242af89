import Bytes
import YAML

/// A setting given by a command-line flag.
public struct SettingsFlag: Hashable, Sendable {
    /// The flag as the user writes it, `--listen`.
    public var flag: String
    /// The key that it sets, `server.listen`.
    public var key: String
    /// The value, as it would be written in the file.
    public var value: String
    /// The file that the value comes from, if it is not the argument itself.
    private var file: String?

    /// A flag that sets `key` to `value`.
    public init(_ flag: String, key: String, value: String) {
        self.flag = flag
        self.key = key
        self.value = value
    }

    /// A flag that sets `key` to the content of `file`.
    public init(_ flag: String, key: String, file: SettingsFile) {
        self.init(flag, key: key, value: file.text)
        self.file = file.name
    }

    var settingsValue: SettingsValue {
        SettingsValue(
            node: YAMLNode(plain: value), key: key,
            origin: file.map { .file(name: $0, line: nil) } ?? .flag(flag), fileOption: file.map { _ in flag })
    }
}

/// The settings in environment variables: `WDFILTERD_SERVER_BODY_LIMIT_BYTES` is `server.bodyLimitBytes`.
struct SettingsEnvironment {
    private let variables: [String: String]

    private static let prefix = "WDFILTERD_"
    /// Short names, by key.
    private static let short = ["server.listen": "WDFILTERD_LISTEN"]

    init(_ environment: [String: String]) {
        variables = environment.filter { $0.key.hasPrefix(Self.prefix) }
    }

    /// The variable for `key`: upper case, words separated by underscores.
    static func variable(of key: String) -> String {
        key.unicodeScalars.reduce(into: prefix) { name, scalar in
            switch scalar {
            case ".": name += "_"
            case "A"..."Z": name.unicodeScalars += ["_", scalar]
            case "a"..."z": name.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) & ~0x20))
            default: name.unicodeScalars.append(scalar)
            }
        }
    }

    /// The value that the environment gives for `key`; the long name takes precedence over the short one.
    func value(of key: String) -> SettingsValue? {
        if variables.isEmpty { return nil }
        for name in [Self.variable(of: key), Self.short[key]].compactMap(\.self) {
            if let text = variables[name] {
                return SettingsValue(node: YAMLNode(plain: text), key: key, origin: .environment(variable: name))
            }
        }
        return nil
    }

    /// Faults for the variables of one of `groups` that name no key.
    ///
    /// Keys in `structures` are not proposed.
    func unknown(besides known: Set<String>, groups: Set<Substring>, structures: Set<String>) -> [SettingsFault] {
        let unknown = unknownNames(besides: known)
        if unknown.isEmpty { return [] }
        let prefixes = groups.map { Self.variable(of: String($0)) + "_" }
        let names = known.map(Self.variable).sorted()
        return unknown.filter { name in prefixes.contains { name.hasPrefix($0) } }.map { name in
            let hint = Self.nearest(to: name, of: names, besides: structures).map { "; did you mean \($0)?" } ?? ""
            return SettingsFault(origin: .environment(variable: name), key: nil, detail: "unknown setting" + hint)
        }
    }

    /// The variables outside `groups` that name no key, with the nearest variable that does. They have no effect, which a
    /// misspelling would not show. Keys in `structures` are not proposed.
    func ignored(
        besides known: Set<String>, groups: Set<Substring>, structures: Set<String>
    ) -> [(name: String, nearest: String?)] {
        let unknown = unknownNames(besides: known)
        if unknown.isEmpty { return [] }
        let prefixes = groups.map { Self.variable(of: String($0)) + "_" }
        let names = known.map(Self.variable).sorted() + Self.short.values.sorted()
        return unknown.filter { name in !prefixes.contains { name.hasPrefix($0) } }.map { name in
            (name, Self.nearest(to: name, of: names, besides: structures))
        }
    }

    /// The variable of `names` that is nearest to `name`; nil if none is near, or if it is one of `structures`.
    private static func nearest(to name: String, of names: [String], besides structures: Set<String>) -> String? {
        names.nearest(to: name).flatMap { nearest in structures.contains { variable(of: $0) == nearest } ? nil : nearest
        }
    }

    /// The variables that name no key, except those of others: Kubernetes sets some for a service called `wdfilterd` or
    /// `wdfilterd-server`, and our tests and builds have their own.
    private func unknownNames(besides known: Set<String>) -> [String] {
        if variables.isEmpty { return [] }
        let names = Set(known.map(Self.variable) + Self.short.values)
        return variables.keys.filter { name in
            !names.contains(name) && !Self.own.contains(String(name.dropFirst(Self.prefix.count)))
                && !Self.isOfKubernetes(name)
        }.sorted()
    }

    /// The variables of the tests, the fuzz targets and the tools of this project, without the prefix.
    private static let own: Set<String> = [
        "BIN", "CHAOS_SECONDS", "CHAOS_SEED", "COST_TABLES", "FUZZ", "KEEP", "SHARED", "SOAK_NAMESPACE",
    ]

    /// `*_SERVICE_HOST`, `*_SERVICE_PORT*`, `*_PORT` and `*_PORT_<n>_*`.
    private static func isOfKubernetes(_ name: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_PORT") { return true }
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        return zip(words, words.dropFirst()).contains { word, next in
            word == "SERVICE" && next == "PORT" || word == "PORT" && next.utf8.isDecimal
        }
    }
}
