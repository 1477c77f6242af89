import Console
import NotificationAPI
import Replay

extension ReplayCommand {
    /// The settings of a replay on hosts with these defaults.
    func settings(_ defaults: HostDefaults) -> ReplaySettings {
        var settings = defaults.replaySettings(version: Version.current)
        settings.complete(by: self)
        return settings
    }
}

extension ReplaySettings {
    /// Adds what only the command knows.
    mutating func complete(by command: ReplayCommand) {
        self.command = command.commandLine
        files = command.files.map { $0 == "-" ? $0 : $0.lastPathComponent }
        pace = command.pace.option
        guard let rules = command.rules else { return }
        self.rules = rules.names
        // It is the first of the policies that the command added.
        let added = command.policies.reduce(0) { $0 + $1.patterns.count }
        let place = policies.count + policiesUnlisted - added
        if policies.indices.contains(place), policies[place].imageFileName == "*" { policies.remove(at: place) }
    }
}
