import Driver
import Glibc
import Logging
import MicroHTTPD
import NotificationAPI
import Runtime
import Settings
import WebhookEngine

/// The composition root of `serve`: everything that runs, made once and stopped in order.
struct Service {
    private let settings: Settings
    private let logger: Logger
    private let curl: CurlMulti
    private let timers: DispatchTimerQueue
    private let api: NotificationAPI
    private let daemon: Daemon

    init(_ settings: Settings, logger: Logger) throws(CommandFailure) {
        self.settings = settings
        self.logger = logger
        timers = DispatchTimerQueue()
        do throws(WebhookEngineError) {
            curl = try CurlMulti()
        } catch {
            throw CommandFailure(status: .failed, message: "libcurl does not start: \(error)")
        }
        let about = About(
            version: Version.current, libraries: LibraryVersions.linked.list, swift: Version.swift)
        api = NotificationAPI(
            defaults: try settings.hostDefaults(), limits: settings.apiLimits,
            machinery: Machinery(timers: timers, curl: curl, version: Version.current), about: about, logger: logger)
        do throws(DaemonError) {
            daemon = try Daemon(settings.daemonConfiguration, handler: api) { logger.debug("\($0)") }
        } catch {
            throw CommandFailure(
                status: .failed, message: "cannot listen on \(settings.server.listen): \(error.text)")
        }
        if settings.hosts.idleTimeoutSeconds > 0 { removeIdleHosts(api, timers) }
    }

    /// What is listened on, with the port that a port of 0 became.
    var address: ListenAddress { ListenAddress(host: daemon.address, port: daemon.port) }

    /// Looks for idle hosts each second.
    private func removeIdleHosts(_ api: NotificationAPI, _ timers: DispatchTimerQueue) {
        let seconds = settings.hosts.idleTimeoutSeconds
        @Sendable func look() {
            api.removeIdleHosts(after: seconds)
            _ = timers.schedule(after: .seconds(1), look)
        }
        look()
    }

    /// Stops: no new requests, those in hand are finished, then the drivers unload (ASY-9) and what is still queued is
    /// reported. Returns within about twice `server.shutdownTimeoutMs`.
    func stop() {
        let timeout = Duration.milliseconds(settings.server.shutdownTimeoutMs)
        daemon.quiesce()
        api.prepareToStop()
        let report = daemon.stop(within: timeout)
        logger.info("requests are done", metadata: ["finished": "\(report.finished)", "cut": "\(report.cut)"])
        let ledgers = Deadline<[HostLedger]>()
        api.unload { ledgers.put($0) }
        if let ledgers = ledgers.take(within: timeout) {
            for ledger in ledgers { log(ledger) }
        } else {
            logger.warning("an engine still had a message in hand when the time was up")
        }
        curl.stop()
    }

    /// Says what became of a host's messages; a host that had none is not worth a line.
    private func log(_ ledger: HostLedger) {
        let counters = ledger.counters
        if counters.async.enqueued == 0 { return }
        logger.log(
            level: counters.queued == 0 ? .info : .notice, "messages accounted for",
            metadata: [
                "host": "\(ledger.host)", "enqueued": "\(counters.async.enqueued)", "sent": "\(counters.async.sent)",
                "sendFailed": "\(counters.async.sendFailed)",
                "droppedOnOverflow": "\(counters.async.droppedOnOverflow)", "queued": "\(counters.queued)",
                "inHand": "\(counters.inHand)",
            ])
    }
}
