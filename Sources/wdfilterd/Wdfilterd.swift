import ArgumentParser
import Glibc

/// The command line. `wdfilterd` alone prints its help.
@main
struct Wdfilterd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wdfilterd",
        abstract: "The notification half of WdFilter, as a service with an HTTP API.",
        discussion: """
            Exit codes: 0 fine, 1 an expectation or threshold was not met, 2 usage, configuration or input file wrong, \
            3 the tool, the server or the engine failed.
            """,
        subcommands: [
            ServeCommand.self, ReplayCommand.self, EngineCommand.self, DecodeCommand.self, HealthcheckCommand.self,
            CheckConfigCommand.self, VocabularyCommand.self, VersionCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let failure as CommandFailure {
            StandardStream.error.line(failure.message)
            Glibc.exit(failure.status.rawValue)
        } catch {
            let isHelp = exitCode(for: error).isSuccess
            (isHelp ? StandardStream.output : .error).line(fullMessage(for: error))
            Glibc.exit((isHelp ? ExitStatus.fine : .usage).rawValue)
        }
    }
}
