import ArgumentParser
import Glibc
import Logging
import MicroHTTPD
import Settings

extension ServeCommand {
    func run() throws {
        // Before any other thread there is.
        let signals = AwaitedSignals(.hangUp, .interrupt, .terminate)
        let environment = ServeCommand.environment
        let settings = try settings(environment: environment)
        let logger = Logger(label: "serve") { label in
            LineLogHandler(label: label, level: settings.log.level.loggerLevel, format: settings.log.format)
        }
        ServeCommand.raiseFileLimit()
        let service = try Service(settings, Systemd(environment: environment), logger: logger)
        if let portFile { try ServeCommand.write(service.address, to: portFile) }
        let hasTLS = settings.tls.certificateFile != nil
        StandardStream.output.line("wdfilterd listening on \(service.address.text(hasTLS: hasTLS))")
        var signal = signals.wait()
        while signal == .hangUp {
            service.reload()
            signal = signals.wait()
        }
        signals.letThrough()
        logger.debug("stopping", metadata: ["signal": "\(signal.rawValue)"])
        service.stop()
    }

    /// As many open files as the system allows: the usual soft limit is below `server.connectionLimit`.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The variables of the environment.
    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            variables[String(name)] = String(text.dropFirst(name.count + 1))
            next += 1
        }
        return variables
    }

    /// Writes the port and a newline; whoever waits for the file never reads half of it.
    private static func write(_ address: ListeningAddress, to path: String) throws(CommandFailure) {
        guard case .tcp(_, let port) = address else {
            throw CommandFailure(status: .usage, message: "--port-file: a unix domain socket has no port")
        }
        let temporary = path + ".new"
        guard let file = fopen(temporary, "w") else { throw cannotWrite(path) }
        let isWritten = fputs("\(port)\n", file) >= 0
        let isClosed = fclose(file) == 0
        guard isWritten, isClosed, rename(temporary, path) == 0 else { throw cannotWrite(path) }
    }

    private static func cannotWrite(_ path: String) -> CommandFailure {
        CommandFailure(status: .failed, message: "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
