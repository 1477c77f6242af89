import Bytes
import Console
import Recordings
import Runtime
import WebhookEngine

extension ReplayCommand {
    /// The command with all options that affect the result, for a shell. It names files without their folders, and shows no URL that
    /// may have a secret.
    var commandLine: String {
        var line = CommandLineText("wdfilterd replay")
        for file in files { line.add(argument: file == "-" ? file : file.lastPathComponent) }
        addReading(to: &line)
        addRules(to: &line)
        addEngine(to: &line)
        addServer(to: &line)
        addGates(to: &line)
        return line.text
    }

    private func addReading(to line: inout CommandLineText) {
        if format != .auto { line.add("--format", format.rawValue) }
        if order != .auto { line.add("--order", order.rawValue) }
        for log in include { line.add("--include", log.rawValue) }
        line.add("--machine", machine)
        if initialThreads { line.add("--initial-threads") }
        line.add("--pace", givenPace?.option)
        for axis in sweep { line.add("--sweep", axis.text) }
        if allowEmpty { line.add("--allow-empty") }
    }

    private func addRules(to line: inout CommandLineText) {
        line.add("--rules", rules?.names.joined(separator: ","))
        for policy in policy {
            line.add("--policy", policy.imageFileName + "=" + policy.rules.names.joined(separator: ","))
        }
    }

    private func addEngine(to line: inout CommandLineText) {
        line.add("--engine-url", engine.url.map(URLRules.redacted))
        line.add("--engine-secret-file", engine.secretFile?.lastPathComponent)
        line.add("--engine-reply", engine.reply?.rawValue)
        line.add("--engine-latency", engine.latency.map { "\($0.milliseconds)ms" })
        line.add("--engine-fail-every", engine.failEvery.map { "\($0)" })
        line.add("--engine-replies", engine.replies?.lastPathComponent)
        line.add("--config", engine.config?.lastPathComponent)
        line.add("--queue-limit", engine.queueLimit)
        line.add("--starvation-limit", engine.starvationLimit)
        for setting in engine.set { line.add("--set", "\(setting.key)=\(setting.value)") }
    }

    private func addServer(to line: inout CommandLineText) {
        line.add("--server", server.url.map { $0.hasPrefix("unix:") ? "unix:" + $0.lastPathComponent : $0 })
        line.add("--token-file", server.tokenFile?.lastPathComponent)
        line.add("--instance", server.instance)
        line.add("--like", server.like)
        if server.fresh { line.add("--fresh") }
    }

    private func addGates(to line: inout CommandLineText) {
        line.add("--compare", output.compare?.lastPathComponent)
        switch gates.failOnLoss {
        case .count(0): line.add("--fail-on-loss")
        case .count(let count): line.add("--fail-on-loss=\(count)")
        case .new: line.add("--fail-on-loss=new")
        case nil: break
        }
        line.add("--max-delay", gates.maxDelay.map { "\($0.milliseconds)ms" })
        line.add("--max-queue", gates.maxQueue.map { "\($0)" })
        line.add("--fail-under", gates.failUnder.map(\.plain))
    }
}

/// A command for a shell, word by word.
private struct CommandLineText {
    private(set) var text: String

    init(_ command: String) { text = command }

    mutating func add(argument: String) {
        // A word with a hyphen would be an option.
        text += " " + (argument.hasPrefix("-") && argument != "-" ? "./" + argument : argument).shellWord
    }

    mutating func add(_ option: String) { text += " " + option }

    /// Adds an option with its value, unless that is nil.
    mutating func add(_ option: String, _ value: String?) {
        if let value {
            text += value.hasPrefix("-") ? " \(option)=\(value.shellWord)" : " \(option) \(value.shellWord)"
        }
    }
}

extension String {
    /// The name of the file at a path.
    var lastPathComponent: String { split(separator: "/").last.map { String($0) } ?? self }
}
