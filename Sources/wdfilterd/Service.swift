import Console
import Driver
import Glibc
import Logging
import MicroHTTPD
import NotificationAPI
import Runtime
import ScenarioFile
import Settings
import WebhookEngine

/// The composition root of `serve`: creates everything that runs and stops it in order.
struct Service {
    private let settings: Settings
    private let systemd: Systemd
    private let logger: Logger
    private let webhooks: WebhookThread
    private let timers: DispatchTimerQueue
    private let api: NotificationAPI
    private let daemon: Daemon
    private let watch: ConnectionWatch

    /// Starts everything, with at most `descriptors` files and sockets. `droppedLogLines` returns the number of dropped log
    /// lines; it is called from any thread.
    init(
        _ settings: Settings, _ systemd: Systemd, descriptors: Int, logger: Logger,
        droppedLogLines: @escaping @Sendable () -> UInt64
    ) throws(CommandFailure) {
        self.settings = settings
        self.systemd = systemd
        self.logger = logger
        timers = DispatchTimerQueue()
        do throws(WebhookEngineError) {
            webhooks = try WebhookThread(settings.egress, connections: settings.engineConnections)
        } catch {
            throw CommandFailure(status: .failed, message: "libcurl failed to start: \(error)")
        }
        let credentials = try Credentials(settings)
        let defaults: HostDefaults
        do throws(UnusableSetting) { defaults = try settings.hostDefaults() } catch { throw CommandFailure(error) }
        let about = About(
            version: Version.current, instance: settings.server.instance, libraries: { LibraryVersions.all.list },
            swift: Version.swift,
            scenarioSchema: { ScenarioSchema.json })
        api = NotificationAPI(
            defaults: defaults, limits: settings.limits, tokens: credentials.tokens,
            allowedHosts: settings.server.allowedHosts, metrics: settings.metrics,
            dependencies: HostDependencies(timers: timers, webhooks: webhooks, version: Version.current), about: about,
            logger: logger, loggedRequests: settings.log.requests,
            droppedLogLines: droppedLogLines)
        for warning in credentials.warnings { logger.warning("\(warning)") }
        for warning in Daemon.libraryWarnings { logger.warning("\(warning)") }
        let budget = settings.descriptorBudget(of: descriptors)
        if let warning = budget.warning { logger.warning("\(warning)") }
        var configuration = settings.daemonConfiguration(try settings.endpoint(systemd), credentials.identity)
        configuration.connectionLimit = budget.connections
        configuration.probeLimit = budget.probes
        do throws(DaemonError) {
            daemon = try Daemon(configuration, handler: api) { logger.debug("\($0)") }
        } catch {
            throw settings.failure(error)
        }
        watch = ConnectionWatch(limit: budget.connections) { [daemon] in
            daemon.statistics.openConnections
        } full: {
            logger.warning(
                "all connections are in use: idle ones are closed first, then only probes are answered",
                metadata: ["connections": "\(budget.connections)"])
        } free: { [daemon] in
            logger.notice(
                "connections are free again", metadata: ["refusedSinceStart": "\(daemon.statistics.turnedAway)"])
        }
        if settings.hostIdleTimeoutSeconds > 0 { removeIdleHosts(api, timers) }
        systemd.notify(.ready)
    }

    /// The address that the service listens on, with the actual port.
    var address: ListeningAddress { daemon.address }

    /// Logs what was started and how, in one line. `file` is the settings file.
    func reportStart(file: String?) {
        let settings = settings
        logger.info(
            "started",
            metadata: [
                "version": "\(Version.current)", "settings": "\(file ?? "none")",
                "listening": "\(address.text(hasTLS: settings.tls.certificateFile != nil))",
                "engine": "\(settings.engine.summary)", "tokens": "\(settings.auth.tokensFile ?? "none")",
                "tls": "\(settings.tls.certificateFile ?? "none")",
                "libraries":
                    "\(LibraryVersions.linked.list.map { "\($0.name) \($0.version)" }.joined(separator: ", "))",
            ])
    }

    /// Reloads the tokens and the certificate. If one is invalid, all stay unchanged.
    func reload() {
        systemd.notify(.reloading)
        defer { systemd.notify(.ready) }
        let credentials: Credentials
        do throws(CommandFailure) {
            credentials = try Credentials(settings)
        } catch {
            return logger.error(
                "reload failed, tokens and certificate are unchanged", metadata: ["fault": "\(error.message)"])
        }
        for warning in credentials.warnings { logger.warning("\(warning)") }
        if let tokens = credentials.tokens { api.replaceTokens(tokens) }
        if let identity = credentials.identity { daemon.replaceIdentity(identity) }
        logger.notice(
            "tokens and certificate reloaded",
            metadata: [
                "tokens": "\(credentials.tokens.map { String($0.count) } ?? "none")",
                "certificate": "\(credentials.identity == nil ? "none" : "replaced")",
            ])
    }

    /// Removes idle hosts, once a second.
    private func removeIdleHosts(_ api: NotificationAPI, _ timers: DispatchTimerQueue) {
        let seconds = settings.hostIdleTimeoutSeconds
        @Sendable func removeAndRepeat() {
            api.removeIdleHosts(after: seconds)
            _ = timers.schedule(after: .seconds(1), removeAndRepeat)
        }
        removeAndRepeat()
    }

    /// Stops the service: says so for `server.shutdownDelayMs` (FLT-7), refuses new requests, finishes those in flight, then
    /// unloads the drivers (ASY-9). Returns the outcome of all messages, within about twice `server.shutdownTimeoutMs` after
    /// the delay.
    func stop() -> ServiceLedger {
        systemd.notify(.stopping)
        announceStop()
        watch.stop()
        let timeout = Duration.milliseconds(settings.server.shutdownTimeoutMs)
        daemon.quiesce()
        api.prepareToStop()
        let report = daemon.finishRequests(within: timeout)
        logger.debug("requests finished", metadata: ["finished": "\(report.finished)", "cut": "\(report.cut)"])
        let unloaded = Deadline<ServiceLedger>()
        api.unload { unloaded.put($0) }
        let ledger = unloaded.take(within: timeout)
        // Only now: until the drivers have unloaded, new requests get the answer that the service is stopping.
        daemon.stop(within: .zero)
        if ledger == nil { logger.warning("shutdown timed out while an engine still had a message") }
        return ledger ?? api.ledger
    }

    /// Waits until proxies have seen that the service is about to stop.
    private func announceStop() {
        let delay = settings.server.shutdownDelayMs
        if delay == 0 { return }
        logger.notice("not ready any more, stopping after the delay", metadata: ["delayMs": .stringConvertible(delay)])
        api.announceStop()
        usleep(UInt32(delay) * 1000)
    }

    /// The outcome of all messages so far.
    var ledger: ServiceLedger { api.ledger }

    /// Closes the engines' connections, which `stop` leaves open.
    func close() { webhooks.stop() }

    /// Logs the outcome of all messages: queued ones per host, then the sums as the last line.
    func report(_ ledger: ServiceLedger) {
        for host in ledger.hosts where host.counters.queued > 0 {
            logger.notice(
                "messages left in the queue",
                metadata: ["host": "\(host.host)", "queued": .stringConvertible(host.counters.queued)])
        }
        logger.info("stopped", metadata: Service.metadata(ledger))
    }

    /// The outcome of the messages of all hosts, including removed ones (ASY-10).
    private static func metadata(_ ledger: ServiceLedger) -> Logger.Metadata {
        let sums = ledger.sums
        return [
            "hosts": .stringConvertible(ledger.hosts.count), "enqueued": .stringConvertible(sums.enqueued),
            "sent": .stringConvertible(sums.sent), "sendFailed": .stringConvertible(sums.sendFailed),
            "droppedOnOverflow": .stringConvertible(sums.droppedOnOverflow),
            "queued": .stringConvertible(sums.queued), "inHand": .stringConvertible(sums.inHand),
            "syncSent": .stringConvertible(sums.syncSent), "syncFailed": .stringConvertible(sums.syncFailed),
            "syncNotSent": .stringConvertible(sums.syncNotSent), "directSent": .stringConvertible(sums.directSent),
            "directFailed": .stringConvertible(sums.directFailed), "inFlight": .stringConvertible(sums.inFlight),
        ]
    }
}
