import Driver
import DriverJSON
import Locking
import Messages
import TestSupport
import Testing
import WebhookEngine

/// A wall clock that stands still at 2020-02-21T10:15:30Z.
struct StoppedClock: DriverClock {
    static let unixSecond: UInt64 = 1_582_280_130

    func now() -> FileTime { FileTime(unixSecond: UInt32(StoppedClock.unixSecond)) }
    func uptimeNanoseconds() -> UInt64 { 0 }
}

extension WebhookEngine {
    /// An engine of the host `default`.
    static func make(
        _ url: String, secret: WebhookSecret? = nil, headers: [String: String] = [:], caFile: String? = nil,
        encoding: WebhookConfiguration.Encoding = .json, batch: BatchLimits? = nil, thread: WebhookThread? = nil,
        host: String = "default"
    ) throws -> WebhookEngine {
        let certificates = try caFile.map { try CertificateFile(path: $0) }
        try certificates?.read()
        return WebhookEngine(
            configuration: try WebhookConfiguration(
                url: url, secret: secret, headers: headers, caFile: certificates, encoding: encoding, batch: batch),
            origin: EventOrigin(host: host, random: "5f3a9c"), version: "1.2.3",
            thread: try thread ?? WebhookThread(), clock: StoppedClock())
    }

    /// Sends `message` and returns its result without the answer as it arrived.
    func outcome(of message: EngineMessage, timeout: Duration = .failSafe) async -> EngineResult {
        var result = await wholeOutcome(of: message, timeout: timeout)
        result.answer = nil
        return result
    }

    /// Sends `message` and returns its answer as it arrived.
    func answer(to message: EngineMessage) async -> EngineAnswer? {
        await wholeOutcome(of: message, timeout: .failSafe).answer
    }

    /// Sends `message` and returns its result; more than one completion stops the test.
    private func wholeOutcome(of message: EngineMessage, timeout: Duration) async -> EngineResult {
        await withCheckedContinuation { continuation in
            send(message, timeout: timeout) { continuation.resume(returning: $0) }
        }
    }

    /// The status and the reply only.
    func result(of message: EngineMessage, timeout: Duration = .failSafe) async -> EngineResult {
        let outcome = await outcome(of: message, timeout: timeout)
        return EngineResult(status: outcome.status, reply: outcome.reply)
    }

    /// The fault, for people.
    func fault(of message: EngineMessage, timeout: Duration = .failSafe) async -> String? {
        await outcome(of: message, timeout: timeout).fault
    }

    func status(of message: EngineMessage, timeout: Duration = .failSafe) async -> NTStatus {
        await result(of: message, timeout: timeout).status
    }

    func pingResult(timeout: Duration = .failSafe) async -> EngineResult {
        var result = await withCheckedContinuation { continuation in
            ping(timeout: timeout) { continuation.resume(returning: $0) }
        }
        result.answer = nil
        return result
    }
}

extension EngineMessage {
    private static let smss = AuxPidCreationTime(processId: 584, creationTime: FileTime(ticks: 0x01d5_e83e_692d_c4f2))

    /// A sync NewThreadDifferentProcess.
    static func sync(_ sequence: UInt64 = 17) -> EngineMessage {
        let target = AuxPidCreationTime(processId: 664, creationTime: .none)
        let content = SyncMessage(
            ioPriority: MpIoPriority(), currentProcess: smss, data: .newThreadDifferentProcess(targetProcess: target))
        return EngineMessage(
            sequence: sequence, time: FileTime(unixSecond: 1), kind: .sync, process: smss, content: .sync(content))
    }

    /// A queued LogPrint with `bytes` bytes.
    static func async(_ sequence: UInt64 = 18, bytes: Int = 0) -> EngineMessage {
        EngineMessage(
            sequence: sequence, time: FileTime(unixSecond: 1), kind: .async, process: nil,
            content: .async(AsyncMessage(operation: .logPrint, body: .raw([UInt8](repeating: 7, count: bytes)))))
    }

    /// A direct CreateProcess.
    static let create = EngineMessage(
        sequence: 19, time: FileTime(unixSecond: 1), kind: .direct, process: smss,
        content: .async(
            AsyncMessage(
                operation: .createProcess,
                body: .imageLoadAndProcess(
                    ImageLoadAndProcessNotify(
                        currentProcess: smss, createFlag: true, sessionId: 0, imageFileName: "smss.exe")))))

    /// A direct Wow64cpuLoad.
    static let wow64 = EngineMessage(
        sequence: 20, time: FileTime(unixSecond: 1), kind: .direct, process: smss,
        content: .async(
            AsyncMessage(
                operation: .wow64cpuLoad,
                body: .wow64cpuLoad(Wow64CpuLoadMessage(processId: 584, threadId: 4, wow64CpuImageBase: 0)))))
}

/// Collects the results of many sends, and lets a test wait for all of them.
final class Results: Sendable {
    private struct State {
        var statuses: [Int: [NTStatus]] = [:]
        var count = 0
        var waiting: (count: Int, continuation: CheckedContinuation<Void, Never>)?
        var isCanceled = false

        mutating func takeWaiting() -> CheckedContinuation<Void, Never>? {
            guard let waiting, count >= waiting.count || isCanceled else { return nil }
            self.waiting = nil
            return waiting.continuation
        }
    }

    private let state = Locked(State())

    func add(_ number: Int, _ status: NTStatus) {
        let ready = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.statuses[number, default: []].append(status)
            state.count += 1
            return state.takeWaiting()
        }
        ready?.resume()
    }

    /// The statuses by number, once `count` have arrived, or those that have arrived when the test's time is over.
    func wait(for count: Int) async -> [Int: [NTStatus]] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    state.waiting = (count, continuation)
                    return state.takeWaiting()
                }
                ready?.resume()
            }
        } onCancel: {
            let ready = state.withLock { state in
                state.isCanceled = true
                return state.takeWaiting()
            }
            ready?.resume()
        }
        return state.withLock { $0.statuses }
    }
}
