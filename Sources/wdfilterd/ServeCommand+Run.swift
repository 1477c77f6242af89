import ArgumentParser
import Console
import Dispatch
import Glibc
import Logging
import NotificationAPI
import Settings

extension ServeCommand {
    func run() throws {
        let descriptors = try OpenFiles.raise()
        // Before any other thread is started.
        let signals = AwaitedSignals(.hangUp, .interrupt, .terminate)
        let environment = ServeCommand.environment
        let settings = try settings(environment: environment)
        let portFile = try portFile.map { path throws(CommandFailure) in try PortFile(path) }
        let lines = LineLogHandler.queue(settings.log.format)
        let logger = Logger(label: "serve") { label in
            LineLogHandler(
                label: label, level: settings.log.level, format: settings.log.format, write: lines.put)
        }
        for (name, nearest) in settings.ignoredVariables.sorted(by: { $0.key < $1.key }) {
            logger.warning(
                "unknown environment variable has no effect",
                metadata: nearest.map { ["variable": "\(name)", "nearest": "\($0)"] } ?? ["variable": "\(name)"])
        }
        let flushTime = Duration.milliseconds(min(max(settings.server.shutdownTimeoutMs, 200), 2000))
        do {
            let service = try Service(
                settings, Systemd(environment: environment), descriptors: descriptors, logger: logger,
                droppedLogLines: { lines.dropped })
            try portFile?.write(service.address)
            service.reportStart(file: config)
            announce(service, hasTLS: settings.tls.certificateFile != nil, logger)
            let end = SignaledEnd<ServiceLedger>(signals) { ledger in
                service.report(ledger)
                lines.flush(within: flushTime)
            }
            let signal = end.wait { service.reload() }
            logger.debug("stopping", metadata: ["signal": "\(signal.rawValue)"])
            end.run(current: { service.ledger }) { service.stop() }
            service.close()
        } catch {
            lines.flush(within: flushTime)
            throw error
        }
    }

    /// Prints the service's address on standard output, without waiting for a reader.
    private func announce(_ service: Service, hasTLS: Bool, _ logger: Logger) {
        let line = "wdfilterd listening on \(service.address.text(hasTLS: hasTLS))"
        DispatchQueue(label: "wdfilterd.announcement").async {
            do throws(CommandFailure) {
                try StandardStream.output.deliverLine(line)
            } catch {
                logger.warning("\(error.message)")
            }
        }
    }

    /// The environment variables.
    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let end = text.utf8.firstIndex(of: UInt8(ascii: "=")) ?? text.endIndex
            variables[String(text[..<end])] = String(decoding: text.utf8[end...].dropFirst(), as: UTF8.self)
            next += 1
        }
        return variables
    }
}
