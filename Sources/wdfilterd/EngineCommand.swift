import ArgumentParser
import Bytes
import Console
import Logging
import MicroHTTPD
import Runtime
import Settings

/// `wdfilterd engine`.
struct EngineCommand: CheckedCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Run a sample engine webhook that checks signatures, answers, and prints messages.",
        discussion: """
            Once it accepts connections it prints one line: `wdfilterd engine listening on http://127.0.0.1:9000`. \
            SIGINT and SIGTERM stop it; it then prints how many messages of each kind it received. Another such signal more \
            than a second later ends it at once, after these lines.

            --print shows the process, its image, the answer and the time that it took. It never delays an answer: lines \
            that nobody reads are dropped, and their number is printed.

            Values of --reply: acknowledge answers sync messages with their operation type and allows processes to start; \
            mismatch answers both with a reply that does not match; empty answers with an empty body; deny is like \
            acknowledge, but allows no process to start; timeout never answers; disconnect closes the connection.

            --replies names a YAML or JSON file with a list of answers to some messages, as engine.replies of the service: \
            [{"imageFileName": "*\\\\mimikatz.exe", "accessDenied": true}]. The first entry that matches counts; other \
            messages are answered by --reply. The engine learns images from CreateProcess messages.

            Examples:
              wdfilterd engine --print
              wdfilterd engine --listen 127.0.0.1:9000 --secret-file engine.secret
              wdfilterd engine --reply mismatch --delay 20ms
              wdfilterd engine --replies replies.yaml --print --json
            """)

    @Option(
        help: """
            Where to listen: HOST:PORT with a numeric address or localhost; port 0 picks a free port. \
            (default: 127.0.0.1:9000)
            """,
        transform: ListenAddress.parse)
    var listen: ListenAddress?

    @Option(
        help: "The file with the secret (whsec_...); if given, messages without a valid signature are refused.",
        completion: .file())
    var secretFile: String?

    @Option(help: "How to answer.")
    var reply = EmbeddedEngine.Reply.acknowledge

    @Option(help: "A file with answers to some messages.", completion: .file())
    var replies: String?

    @Option(help: "How long to wait before each answer, 0ms to 60s. (default: 0ms)", transform: ShortDuration.init)
    var delay: ShortDuration?

    @Option(
        help: """
            Limit of open connections, 1 to 65536; further ones wait. A warning is logged when all are in use. \
            (default: 1024)
            """,
        transform: WholeNumber.parser(1...65_536))
    var connections = 1024

    @Flag(
        name: .customLong("print"),
        help: "Print a line for each message: kind, operation, pid, image, answer, time.")
    var printsMessages = false

    @Flag(help: "Print these lines as JSON, with time, host and sequence.")
    var json = false

    @OptionGroup var log: LogOptions

    func checkOptions() throws(ValidationError) {
        if json, !printsMessages { throw ValidationError("--json needs --print") }
    }

    func run() throws {
        _ = try OpenFiles.raise()
        let listen = listen ?? ListenAddress(port: 9000)
        let delay = delay?.duration ?? .zero
        // Before any other thread is started.
        let signals = AwaitedSignals(.interrupt, .terminate)
        let errors = LineLogHandler.queue(.text)
        let output = LineQueue(.output) { $0.dropped("line") }
        let logger = log.logger("engine", write: errors.put)
        var check: SignatureCheck?
        if let secretFile { check = try SignatureCheck(path: secretFile) }
        let engine = SampleEngine(
            check: check, behavior: try behavior(),
            print: printsMessages ? printer(to: output) : nil,
            refused: { logger.warning("request refused", metadata: ["reason": "\($0)"]) })
        var configuration = DaemonConfiguration(.tcp(host: listen.host, port: listen.port))
        configuration.connectionLimit = connections
        let daemon: Daemon
        do throws(DaemonError) {
            daemon = try Daemon(configuration, handler: engine) { logger.info("\($0)") }
        } catch {
            throw CommandFailure(status: .failed, message: "cannot listen on \(listen): \(error.text)")
        }
        output.put("wdfilterd engine listening on \(daemon.address.text(hasTLS: false))")
        let watch = ConnectionWatch(limit: connections) {
            daemon.statistics.openConnections
        } full: {
            logger.warning("all connections are in use; further ones wait", metadata: ["connections": "\(connections)"])
        } free: {
            logger.notice("connections are free again")
        }
        let end = SignaledEnd<Tally>(signals) { tally in
            output.put(tally.lines.joined(separator: "\n"))
            output.flush(within: .seconds(2))
            errors.flush(within: .seconds(1))
        }
        let signal = end.wait()
        watch.stop()
        logger.info("stopping", metadata: ["signal": "\(signal.rawValue)"])
        end.run(current: { engine.tally }) {
            daemon.stop(within: delay + .seconds(2))
            engine.finishPrinting(within: .seconds(1))
            return engine.tally
        }
        if let failure = StandardStream.output.failure(of: output.fault) { throw failure }
    }
}

extension EngineCommand {
    private func printer(to output: LineQueue) -> @Sendable (AnsweredEvent) -> Void {
        let json = json
        return { answered in output.put(json ? answered.json : answered.line) }
    }

    private func behavior() throws -> EmbeddedEngine.Behavior {
        var behavior = EmbeddedEngine.Behavior(reply: reply, delay: delay?.duration ?? .zero)
        guard let replies else { return behavior }
        let settings = try CommandFailure.reportingFaults { () throws(InvalidSettings) in
            let flag = SettingsFlag("--replies", key: "engine.replies", file: try SettingsFile(path: replies))
            return try Settings.load(file: nil, environment: [:], flags: [flag])
        }
        if case .embedded(let read) = settings.engine { behavior.replies = read.replies }
        return behavior
    }
}

extension ListenAddress {
    /// Parses `HOST:PORT`.
    ///
    /// - Throws: an error that says how to write it.
    fileprivate static func parse(_ text: String) throws -> ListenAddress {
        if let address = ListenAddress(text) { return address }
        let example = ListenAddress.meant(by: text, defaultPort: 9000) ?? ListenAddress(port: 9000)
        throw ValidationError("write HOST:PORT with a numeric address or localhost, such as \(example)")
    }
}
