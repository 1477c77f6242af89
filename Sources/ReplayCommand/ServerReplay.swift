import Bytes
import Console
import Curl
import Dispatch
import Glibc
import JSON
import Logging
import Messages
import Replay
import Runtime

/// A replay on the hosts of a running service.
struct ServerReplay: Replaying {
    private let command: ReplayCommand
    private let client: ServiceClient
    private let interruption: ReplayInterruption
    private let logger: Logger
    /// Name of the temporary host with the rules, which the hosts of the replay are created like; nil without rules.
    private let model: String?

    /// Creates a replay on the service at `url`.
    init(
        _ command: ReplayCommand, _ url: String, _ interruption: ReplayInterruption, logger: Logger
    ) throws(CommandFailure) {
        client = try command.server.target.client(
            url, by: "--server", tokenFile: command.server.tokenFile, instance: command.server.instance,
            agent: "wdfilterd-replay")
        self.command = command
        model =
            command.policies.isEmpty
            ? nil : "replay-\(getpid())-\(UInt32.random(in: 0...UInt32.max).hexDigits())"
        self.interruption = interruption
        self.logger = logger
    }

    func run(_ input: sending RecordingFiles) throws(CommandFailure) -> ReplayResult {
        // Before anything that may block.
        if let model { removeIfInterrupted(model) }
        if try input.detectedFormat() == .native {
            throw CommandFailure(
                status: .usage,
                message: "--server supports only recordings of Sysmon; POST native lines to /v1/hosts/{host}/events")
        }
        guard let model else { return try post(input, like: command.server.like) }
        try make(model)
        // Delete the temporary host, however the replay ends.
        let result: Result<ReplayResult, CommandFailure>
        do throws(CommandFailure) { result = .success(try post(input, like: model)) } catch { result = .failure(error) }
        if let answer = try? client.send("DELETE", "/v1/hosts/\(model)"), answer.status != 204 {
            logger.warning("the temporary host with the rules was not deleted", metadata: ["host": "\(model)"])
        }
        return try result.get()
    }

    /// Creates the host `model` with the rules.
    private func make(_ model: String) throws(CommandFailure) {
        var json = JSONWriter()
        json.object { json in
            json.member("rulePolicies") { json in
                json.object { json in
                    let items = command.policies.flatMap { policy in policy.patterns.map { ($0, policy.rules.names) } }
                    json.member("items", each: items) { json, item in
                        json.object { json in
                            json.member("imageFileName", item.0)
                            json.member("rules", each: item.1) { $0.value($1) }
                        }
                    }
                }
            }
        }
        let answer = try client.send("PUT", "/v1/hosts/\(model)", .json(json.bytes))
        guard answer.status == 201 else { throw refusal(answer) }
    }

    /// Deletes the host `model`, within five seconds, if the replay is interrupted.
    private func removeIfInterrupted(_ model: String) {
        let client = client
        interruption.tidy {
            let removed = Deadline<Void>()
            DispatchQueue(label: "wdfilterd.removal").async {
                _ = try? client.send("DELETE", "/v1/hosts/\(model)")
                removed.put(())
            }
            _ = removed.take(within: .seconds(5))
        }
    }

    private func post(_ input: RecordingFiles, like model: String?) throws(CommandFailure) -> ReplayResult {
        var query = "format=sysmon"
        if let model { query += "&like=" + model.percentEncoded }
        if let machine = command.machine { query += "&machine=" + machine.percentEncoded }
        if command.include.contains(.security) { query += "&include=security" }
        if command.initialThreads { query += "&initialThreads=true" }
        if command.server.fresh { query += "&fresh=true" }
        var fault: CommandFailure?
        let pieces = PacedPieces(input, command.pace)
        let answer: ServiceClient.Answer
        do throws(CommandFailure) {
            answer = try client.send(
                "POST", "/v1/replays?\(query)",
                .lines {
                    do throws(CommandFailure) {
                        return try pieces.next() ?? []
                    } catch {
                        // What was read so far is applied.
                        fault = error
                        return []
                    }
                })
        } catch {
            throw fault ?? refusalForInstance() ?? error
        }
        guard answer.status == 200 else { throw fault ?? refusal(answer) }
        var result = try ReplayResult(answer: answer.body, unread: input.unread, fault: fault)
        result.report.settings?.complete(by: command)
        return result
    }

    /// The refusal of a proxy that closed the connection during the upload, which can lose its answer; nil if it was not that.
    private func refusalForInstance() -> CommandFailure? {
        guard let answer = try? client.send("GET", "/v1/hosts?limit=1"), answer.problemName == "one-instance" else {
            return nil
        }
        return refusal(answer)
    }

    private func refusal(_ answer: ServiceClient.Answer) -> CommandFailure {
        let advice =
            answer.problemName == "one-instance" && command.server.instance == nil
            ? " Here, --instance NAME names it." : ""
        return CommandFailure(status: .failed, message: "--server: \(answer.problem)\(advice)")
    }
}

/// The lines of recordings as pieces of an upload; with a pace, each line is delayed until its time.
private final class PacedPieces {
    private let files: RecordingFiles
    private var schedule: PaceSchedule?
    private let times = RecordTimes()
    private var lines: [ArraySlice<UInt8>] = []
    /// How many there were in the block.
    private var count = 0

    init(_ files: RecordingFiles, _ pace: ReplayPace) {
        self.files = files
        schedule = if case .speed(let speed) = pace { PaceSchedule(speed: speed) } else { nil }
    }

    /// The next piece; nil at the end.
    func next() throws(CommandFailure) -> [UInt8]? {
        if schedule == nil {
            let block = try files.next()
            if let block {
                let count = block.bytes.lineCount
                files.progress.begin(block)
                files.progress.note(count, of: count)
            }
            return block?.bytes
        }
        while lines.isEmpty {
            guard let block = try files.next() else { return nil }
            lines = block.bytes.split(separator: UInt8(ascii: "\n")).reversed()
            count = lines.count
            files.progress.begin(block)
        }
        guard let line = lines.popLast() else { return nil }
        files.progress.note(count - lines.count, of: count)
        if let time = line.withUnsafeBytes({ times.time(of: $0) }) { wait(until: time) }
        return line + [UInt8(ascii: "\n")]
    }

    private func wait(until time: FileTime) {
        guard let delay = schedule?.delay(of: time, at: SystemClock().uptimeNanoseconds()), delay > 0 else {
            return
        }
        Monotonic.sleep(for: .nanoseconds(Int64(clamping: delay)))
    }
}

extension [UInt8] {
    /// Number of newlines.
    fileprivate var lineCount: Int {
        withUnsafeBytes { bytes in
            var (count, end) = (0, 0)
            while let newline = bytes.offset(of: UInt8(ascii: "\n"), from: end) {
                count += 1
                end = newline + 1
            }
            return count
        }
    }
}
