import Bytes
import Console
import Driver
import DriverJSON
import Engines
import Messages
import Runtime
import Scenarios
import Settings
import WebhookEngine

/// Creates the engines behind URLs of a run's hosts, on one set of connections.
struct WebhookMaker: Sendable {
    private let webhooks: WebhookThread

    /// With the built-in settings.
    init() throws(CommandFailure) {
        let settings = try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            try Settings.load(file: nil, environment: [:])
        }
        try self.init(settings)
    }

    init(_ settings: Settings) throws(CommandFailure) {
        do throws(WebhookEngineError) {
            webhooks = try WebhookThread(settings.egress, connections: settings.engineConnections)
        } catch {
            throw CommandFailure(status: .failed, message: "libcurl failed to start: \(error)")
        }
    }

    /// What makes the engines of one case. The engine under test sees hosts whose names no other case has.
    func engines() -> LocalTestBed.MakeWebhook {
        let prefix = HostPrefix.random()
        return { setting, host in
            guard case .webhook(let configuration) = setting else { return DisconnectedEngine() }
            return engine(configuration, host: prefix + host)
        }
    }

    private func engine(_ configuration: WebhookConfiguration, host: String) -> WebhookEngine {
        WebhookEngine(
            configuration: configuration, origin: EventOrigin(host: host), version: Version.current, thread: webhooks,
            clock: SystemClock())
    }

    /// Pings the engine until it answers.
    ///
    /// - Throws: Exit code 3 if it does not answer within `timeout`, or the run is interrupted before.
    func awaitEngine(
        _ setting: EngineSetting, within timeout: Duration, unless isInterrupted: () -> Bool
    ) throws(CommandFailure) {
        guard case .webhook(let configuration) = setting else { return }
        let engine = engine(configuration, host: "default")
        let end = Monotonic.now() + timeout
        while true {
            let answer = Deadline<EngineResult>()
            engine.ping(timeout: .seconds(1)) { answer.put($0) }
            var taken: EngineResult?
            while taken == nil, !isInterrupted() { taken = answer.take(within: .milliseconds(50)) }
            let result = taken ?? EngineResult(status: .timeout)
            if result.status == .success { return }
            guard Monotonic.now() < end, !isInterrupted() else {
                throw CommandFailure(
                    status: .failed,
                    message: "the engine at \(URLRules.redacted(configuration.url)) \(result.faultOfPing)")
            }
            Monotonic.sleep(for: .milliseconds(50))
        }
    }
}
