import Console
import Driver
import Engines
import NotificationAPI
import Runtime
import Settings

/// The settings of the drivers of a replay in this process, from its options and its configuration file.
struct ReplaySetup: Sendable {
    let settings: Settings
    private(set) var defaults: HostDefaults

    /// Reads the configuration file.
    init(_ command: ReplayCommand) throws(CommandFailure) {
        settings = try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            var file: SettingsFile?
            if let config = command.engine.config { file = try SettingsFile(path: config) }
            return try Settings.load(file: file, environment: [:], flags: command.engine.settings())
        }
        do throws(UnusableSetting) { defaults = try settings.hostDefaults() } catch { throw CommandFailure(error) }
        defaults.rulePolicies += command.policies.flatMap(\.rulePolicies)
        if let excess = RulePolicySet.excess(of: defaults.rulePolicies) {
            throw CommandFailure(status: .usage, message: "--policy: \(excess)")
        }
        // Nobody reads the journal; the outcome of messages is in the ledger.
        defaults.limits.journalCapacity = 1
        defaults.limits.keepNothingForReaders()
    }

    /// The same with these values of a sweep.
    ///
    /// - Throws: If the engine is not the embedded one.
    func with(_ values: [(SweepAxis.Parameter, Int)]) throws(CommandFailure) -> ReplaySetup {
        var changed = self
        for (parameter, value) in values {
            if parameter == .queue {
                changed.defaults.config.maxAsyncNotificationCount = value
                continue
            }
            guard case .embedded(var behavior) = changed.defaults.engine else {
                throw CommandFailure(
                    status: .usage, message: "--sweep \(parameter.rawValue): requires engine.type embedded")
            }
            if parameter == .latency {
                behavior.delay = .microseconds(value)
            } else {
                behavior.failEvery = UInt64(value)
            }
            changed.defaults.engine = .embedded(behavior)
        }
        return changed
    }
}
