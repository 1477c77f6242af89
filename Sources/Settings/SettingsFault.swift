import Bytes

/// One fault of the settings, and where the setting was given.
public struct SettingsFault: Error, Hashable, Sendable {
    /// Where a setting was given.
    public enum Origin: Hashable, Sendable {
        /// In a file; `line` counts from 1, nil if the fault concerns the whole file.
        case file(name: String, line: Int?)
        /// By an environment variable.
        case environment(variable: String)
        /// By a command-line flag, `--listen`.
        case flag(String)
    }

    /// Where the setting was given.
    public var origin: Origin
    /// The path of the key, `driver.asyncTimeoutMs`; nil if the fault concerns the whole file.
    public var key: String?
    /// The description of the fault.
    public var detail: String

    /// A fault of `key`, given at `origin`.
    public init(origin: Origin, key: String?, detail: String) {
        self.origin = origin
        self.key = key
        self.detail = detail
    }
}

extension SettingsFault: CustomStringConvertible {
    /// One line: `wdfilterd.yaml:12: driver.asyncTimeoutMs: 70000 is not in 1...60000`.
    ///
    /// A variable or a flag identifies its key, which is then omitted: `WDFILTERD_LISTEN: "x" is not HOST:PORT`.
    public var description: String {
        switch origin {
        case .file(let name, let line):
            ([name.escapingInvisible] + [line.map(String.init)].compactMap(\.self)).joined(separator: ":")
                + ": " + (key.map { $0.escapingInvisible + ": " } ?? "") + detail
        case .environment(let name), .flag(let name):
            name.escapingInvisible + ": " + detail
        }
    }
}

/// The faults of settings that cannot be used: those of the file, the environment and the flags, in that order.
public struct InvalidSettings: Error, Hashable, Sendable {
    /// All faults, at least one; those of the file by line.
    public var faults: [SettingsFault]

    /// Sorts `faults` into reporting order.
    init(_ faults: [SettingsFault]) {
        self.faults = faults.sorted { $0.rank < $1.rank }
    }
}

extension SettingsFault {
    /// The file first, then the environment, then the flags; within each by line or by name.
    fileprivate var rank: (Int, Int, String) {
        switch origin {
        case .file(_, let line): (0, line ?? 0, key ?? "")
        case .environment(let name): (1, 0, name)
        case .flag(let name): (2, 0, name)
        }
    }
}
