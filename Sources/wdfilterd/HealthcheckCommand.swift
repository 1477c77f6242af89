import ArgumentParser
import Logging

/// `wdfilterd healthcheck`.
struct HealthcheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Tell whether a service is ready, for containers.",
        discussion: """
            Asks for {url}/readyz and waits 2 seconds at most. Exit code 0 when the answer is 200, 3 otherwise.

            Examples:
              wdfilterd healthcheck
              wdfilterd healthcheck --url http://127.0.0.1:9080
            """)

    @Option(help: "Where the service listens: http, a numeric address or localhost, and a port.")
    var url = "http://127.0.0.1:8080"

    @OptionGroup var log: LogOptions

    func run() throws {
        guard let probe = ReadinessProbe(url: url) else {
            throw CommandFailure(status: .usage, message: "--url: \(url) is not http://ADDRESS:PORT")
        }
        let logger = log.logger("healthcheck")
        do throws(ReadinessProbe.Failure) {
            let line = try probe.statusLine(within: .seconds(2))
            logger.debug("answered", metadata: ["status": "\(line)"])
            guard ReadinessProbe.isReady(line) else {
                throw .notReady(line)
            }
        } catch {
            throw CommandFailure(status: .failed, message: "\(url) is not ready: \(error)")
        }
        StandardStream.output.line("ready")
    }
}
