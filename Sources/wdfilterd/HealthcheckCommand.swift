import ArgumentParser
import Bytes
import Console
import Glibc
import Logging

/// `wdfilterd healthcheck`.
struct HealthcheckCommand: CheckedCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Check whether a service is ready, for containers.",
        discussion: """
            Requests /readyz and waits up to 2 seconds for the answer. Exit code 0 if it is 200, 3 otherwise; 2 for wrong \
            usage. With --wait, asks again until the answer is 200 or the time is over.

            Examples:
              wdfilterd healthcheck
              wdfilterd healthcheck http://127.0.0.1:9080
              wdfilterd healthcheck --wait 10s
              wdfilterd healthcheck --url unix:/run/wdfilterd.sock
              wdfilterd healthcheck --url https://127.0.0.1:8443 --ca-file ca.pem
            """)

    @Argument(help: "The same as --url.")
    var service: String?

    @Option(
        help: """
            Where the service listens: http or https with a numeric address or localhost and a port, or unix:PATH. \
            (default: \(defaultURL))
            """)
    var url: String?

    @Option(
        help: "How long to wait for the service to become ready, such as 500ms or 10s; at most 60s.",
        transform: ShortDuration.init)
    var wait: ShortDuration?

    @OptionGroup var target: ServiceTargetOptions

    @OptionGroup var log: LogOptions

    private static let defaultURL = "http://127.0.0.1:8080"
    /// The time between an answer that was not 200 and the next request.
    private static let pause = Duration.milliseconds(100)

    func checkOptions() throws(ValidationError) {
        if let service, url != nil {
            throw ValidationError("--url and \(service.quoted()) both name a service; omit one")
        }
    }

    func run() throws {
        let url = service ?? url ?? Self.defaultURL
        let probe = ReadinessProbe(try target.target(url, by: service == nil ? "--url" : "the argument"))
        let logger = log.logger("healthcheck")
        let deadline = Monotonic.now() + (wait?.duration ?? .zero)
        while let failure = check(probe, until: deadline) {
            logger.debug("service is not ready", metadata: ["url": "\(url)", "reason": "\(failure)"])
            if Monotonic.now() + Self.pause >= deadline {
                throw CommandFailure(status: .failed, message: "\(url) is not ready: \(failure)")
            }
            _ = poll(nil, 0, Int32(Self.pause.milliseconds))
        }
        logger.debug("service is ready", metadata: ["url": "\(url)"])
        try StandardStream.output.deliverLine("ready")
    }

    /// Sends one request. With --wait, the last one gets only the time that is left.
    private func check(_ probe: ReadinessProbe, until deadline: Monotonic) -> ReadinessProbe.Failure? {
        let most = Duration.seconds(2)
        let left = deadline - Monotonic.now()
        do throws(ReadinessProbe.Failure) {
            try probe.check(within: wait == nil ? most : min(max(left, Self.pause), most))
            return nil
        } catch {
            return error
        }
    }
}
