public import JSON

/// What a replay replayed, and with which settings. It names files, not where they are.
public struct ReplaySettings: Equatable, Sendable {
    /// Rules and flags for processes whose image matches.
    public struct Policy: Equatable, Sendable {
        /// The pattern for the image.
        public let imageFileName: String
        /// The rules by name.
        public let rules: [String]
        /// The flags by name.
        public let flags: [String]

        /// A policy.
        public init(imageFileName: String, rules: [String], flags: [String] = []) {
            (self.imageFileName, self.rules, self.flags) = (imageFileName, rules, flags)
        }
    }

    /// The version of wdfilterd.
    public var version: String
    /// The command, with all options that affect the result; nil from a service.
    public var command: String?
    /// The names of the recordings; empty from a service.
    public var files: [String] = []
    /// `asap`, `recorded` or `xN`; nil from a service, whose client decides.
    public var pace: String?
    /// The engine, as `GET /engine` shows it.
    public var engine = JSONTree.object([])
    /// The rules of all processes.
    public var rules: [String] = []
    /// The rule policies.
    public var policies: [Policy] = []
    /// The number of policies that are not in `policies`.
    public var policiesUnlisted = 0
    /// The settings of the driver, as `GET /config` shows them.
    public var driver = JSONTree.object([])
    /// The limits of a host, by the names of the configuration file.
    public var limits = JSONTree.object([])

    /// The settings of a replay by `version`.
    public init(version: String) { self.version = version }
}

extension ReplaySettings {
    /// Bytes of JSON that the settings take at most, but for those that have a limit of their own.
    static let mostBytes = 96 << 10

    /// Writes the settings.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("version", version)
            if let command { json.member("command", command) }
            json.member("files", each: files) { $0.value($1) }
            if let pace { json.member("pace", pace) }
            json.member("engine") { $0.value(engine) }
            json.member("rules", each: rules) { $0.value($1) }
            let written = json.member("policies", each: policies, within: ReplaySettings.mostBytes, atLeast: 0) {
                $1.write(to: &$0)
            }
            let unlisted = policiesUnlisted + policies.count - written
            if unlisted > 0 { json.member("policiesUnlisted", unlisted) }
            json.member("driver") { $0.value(driver) }
            json.member("limits") { $0.value(limits) }
        }
    }

    init(_ object: JSONObject) {
        self.init(version: object.text("version"))
        command = object.optionalText("command")
        files = object.texts("files")
        pace = object.optionalText("pace")
        engine = object["engine"].map { JSONTree($0) } ?? .object([])
        rules = object.texts("rules")
        policies = object.each("policies", Policy.init)
        policiesUnlisted = object.optionalCount("policiesUnlisted")
        driver = object["driver"].map { JSONTree($0) } ?? .object([])
        limits = object["limits"].map { JSONTree($0) } ?? .object([])
    }
}

extension ReplaySettings.Policy {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("imageFileName", imageFileName)
            json.member("rules", each: rules) { $0.value($1) }
            if !flags.isEmpty { json.member("flags", each: flags) { $0.value($1) } }
        }
    }

    fileprivate init(_ object: JSONObject) {
        self.init(
            imageFileName: object.text("imageFileName"), rules: object.texts("rules"),
            flags: object["flags"] == nil ? [] : object.texts("flags"))
    }
}
