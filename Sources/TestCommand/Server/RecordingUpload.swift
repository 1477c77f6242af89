import Bytes
import Curl
import Messages
import Replay
import Runtime
import Scenarios

/// The upload of a recording to a host; with a pace, each line is delayed until its time.
final class RecordingUpload {
    /// The parameters of the request.
    let query: String
    /// Why the upload was given up; nil if it was not.
    private(set) var stop: HostAPI.Stop?
    private let lines: any RecordedLines
    private let end: Monotonic
    private let isInterrupted: @Sendable () -> Bool
    private let times = RecordTimes()
    private var schedule: PaceSchedule?
    private var pending: [ArraySlice<UInt8>] = []

    /// Opens the recording of `plan`. The upload is given up at `end`, and once `isInterrupted`.
    init(_ plan: ReplayPlan, end: Monotonic, isInterrupted: @escaping @Sendable () -> Bool) throws(HostFault) {
        lines = try RecordedFile.open(plan, isCancelled: isInterrupted)
        self.end = end
        self.isInterrupted = isInterrupted
        var query = "format=\(lines.format.rawValue)"
        if case .named(let machine) = plan.machines { query += "&machine=" + machine.percentEncoded }
        if plan.initialThreads { query += "&initialThreads=true" }
        if plan.waitsWhenFull { query += "&onFull=wait" }
        switch plan.pace {
        case .asap: query += "&drain=true"
        // Native lines have no times.
        case .recorded(let speed): schedule = lines.format == .sysmon ? PaceSchedule(speed: speed) : nil
        }
        self.query = query
    }

    /// The next piece; empty at the end, nil to give up.
    func next() -> [UInt8]? {
        do throws(HostFault) {
            if schedule == nil { return try lines.next() ?? [] }
            while pending.isEmpty {
                guard let block = try lines.next() else { return [] }
                pending = block.split(separator: UInt8(ascii: "\n")).reversed()
            }
        } catch {
            stop = HostAPI.Stop(error)
            return nil
        }
        guard let line = pending.popLast() else { return [] }
        if let time = line.withUnsafeBytes({ times.time(of: $0) }) { wait(until: time) }
        return stop == nil ? line + [UInt8(ascii: "\n")] : nil
    }

    /// Waits for the time of a line, unless the upload must stop before.
    ///
    /// libcurl waits for this, so only this can notice an interruption.
    private func wait(until time: FileTime) {
        let delay = schedule?.delay(of: time, at: SystemClock().uptimeNanoseconds()) ?? 0
        let due = Monotonic.now() + .nanoseconds(Int64(clamping: delay))
        while stop == nil {
            let now = Monotonic.now()
            if now >= end {
                stop = .timeOver
            } else if now >= due {
                return
            } else if isInterrupted() {
                stop = HostAPI.Stop(HostFault("interrupted"))
            } else {
                Monotonic.sleep(for: min(due - now, end - now, .milliseconds(100)))
            }
        }
    }
}
