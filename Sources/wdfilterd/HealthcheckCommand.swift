import ArgumentParser
import Console
import Logging

/// `wdfilterd healthcheck`.
struct HealthcheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Check whether a service is ready, for containers.",
        discussion: """
            Requests /readyz and waits up to 2 seconds. Exit code 0 if the answer is 200, 3 otherwise; 2 for wrong usage.

            Examples:
              wdfilterd healthcheck
              wdfilterd healthcheck --url http://127.0.0.1:9080
              wdfilterd healthcheck --url unix:/run/wdfilterd.sock
              wdfilterd healthcheck --url https://127.0.0.1:8443 --ca-file ca.pem
            """)

    @Option(
        help: "Where the service listens: http or https with a numeric address or localhost and a port, or unix:PATH.")
    var url = "http://127.0.0.1:8080"

    @OptionGroup var target: ServiceTargetOptions

    @OptionGroup var log: LogOptions

    func run() throws {
        let target = try target.target(url, by: "--url")
        let logger = log.logger("healthcheck")
        do throws(ReadinessProbe.Failure) {
            try ReadinessProbe(target).check(within: .seconds(2))
            logger.debug("service is ready", metadata: ["url": "\(url)"])
        } catch {
            throw CommandFailure(status: .failed, message: "\(url) is not ready: \(error)")
        }
        try StandardStream.output.deliverLine("ready")
    }
}
