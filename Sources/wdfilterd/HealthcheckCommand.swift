import ArgumentParser
import Logging

/// `wdfilterd healthcheck`.
struct HealthcheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Tell whether a service is ready, for containers.",
        discussion: """
            Asks for /readyz and waits 2 seconds at most. Exit code 0 when the answer is 200, 3 otherwise; 2 for wrong usage.

            Examples:
              wdfilterd healthcheck
              wdfilterd healthcheck --url http://127.0.0.1:9080
              wdfilterd healthcheck --url unix:/run/wdfilterd.sock
              wdfilterd healthcheck --url https://127.0.0.1:8443 --ca-file ca.pem
            """)

    @Option(help: "Where the service listens: http or https, a numeric address or localhost, and a port; or unix:PATH.")
    var url = "http://127.0.0.1:8080"

    @Option(
        help: "The certificates (PEM) that the service's is checked against instead of the system's.",
        completion: .file())
    var caFile: String?

    @Flag(help: "Take any certificate.")
    var insecure = false

    @OptionGroup var log: LogOptions

    func run() throws {
        if let caFile { try ServiceTarget.checkCAFile(caFile) }
        guard let target = ServiceTarget(url, caFile: caFile, checksCertificate: !insecure) else {
            throw CommandFailure(
                status: .usage, message: "--url: \(url) is not http://ADDRESS:PORT, https://ADDRESS:PORT or unix:PATH")
        }
        let logger = log.logger("healthcheck")
        do throws(ReadinessProbe.Failure) {
            try ReadinessProbe(target).ask(within: .seconds(2))
            logger.debug("answered", metadata: ["url": "\(url)"])
        } catch {
            throw CommandFailure(status: .failed, message: "\(url) is not ready: \(error)")
        }
        try StandardStream.output.deliverLine("ready")
    }
}
