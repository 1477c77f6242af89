import ArgumentParser
import Bytes
import Console
import Glibc
import ReplayCommand
import TestCommand

/// The command line. `wdfilterd` alone prints its help.
@main
struct Wdfilterd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wdfilterd",
        abstract: "The notification half of WdFilter, as a service with an HTTP API.",
        discussion: """
            Exit codes: 0 success, 1 an expectation or threshold was not met, 2 wrong usage, configuration or input file, \
            3 the tool, the server or the engine failed.

            Completion of commands and options: `wdfilterd --generate-completion-script bash` prints the script for \
            bash, and likewise for zsh and fish. In bash, for this session:
              source <(wdfilterd --generate-completion-script bash)
            """,
        version: VersionCommand.line,
        subcommands: [
            ServeCommand.self, ReplayCommand.self, TestCommand.self, EngineCommand.self, DecodeCommand.self,
            HealthcheckCommand.self,
            CheckConfigCommand.self, VocabularyCommand.self, VersionCommand.self,
        ])

    static func main() {
        StandardStream.reserveClosed()
        do {
            try parseAndRun()
        } catch {
            StandardStream.error.line(error.message)
            Glibc.exit(error.status.rawValue)
        }
    }

    /// Parses the command line and runs the command. Help texts are printed as results.
    private static func parseAndRun() throws(CommandFailure) {
        if let fault = faultOfSubcommand(in: Array(CommandLine.arguments.dropFirst())) {
            throw CommandFailure(status: .usage, lines: fault)
        }
        do {
            var command = try parseAsRoot(ReplayCommand.completing(Array(CommandLine.arguments.dropFirst())))
            if let checked = command as? any CheckedCommand { try check(checked) }
            try OpenFiles.check()
            try command.run()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            let text = fullMessage(for: error)
            guard exitCode(for: error).isSuccess else { throw CommandFailure(status: .usage, lines: text) }
            try StandardStream.output.deliverLine(text)
        }
    }

    /// Checks the options of `command` together; a fault is reported like one of ArgumentParser.
    private static func check(_ command: some CheckedCommand) throws(CommandFailure) {
        do throws(ValidationError) {
            try command.checkOptions()
        } catch {
            let type = type(of: command)
            throw CommandFailure(
                status: .usage,
                lines: "Error: \(error.message)\nUsage: \(usageString(for: type))\n"
                    + "  See 'wdfilterd \(type.configuration.commandName ?? "") --help' for more information.")
        }
    }

    /// The fault of arguments that begin with an unknown subcommand, or ask for help about one; nil if there is none.
    /// ArgumentParser reports the former as an unexpected argument, and the latter not at all.
    static func faultOfSubcommand(in arguments: [String]) -> String? {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        var words = arguments[...]
        if words.first == "help" { words = words.dropFirst() }
        guard let word = words.first, !word.hasPrefix("-"), !names.contains(word), word != "help" else { return nil }
        return "Error: \(word.quoted()) is not a subcommand" + names.hintOrList(for: word)
            + "\n  See 'wdfilterd --help' for more information."
    }
}
