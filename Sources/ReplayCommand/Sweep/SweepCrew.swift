import Console
import Dispatch
import Glibc
import Locking
import Replay

/// Applies blocks of lines to all points of a sweep, on as many threads as there are processors.
///
/// Each thread has points of its own and gets a block when the one before is done with it: two threads that apply the same block at
/// once wait for each other's reference counts.
final class SweepCrew: Sendable {
    private let runs: [ReplayRun]
    private let queues: [DispatchQueue]
    /// Starts at 0, because Dispatch crashes if a semaphore is released with less than its initial value.
    private let room = DispatchSemaphore(value: 0)
    private let work = DispatchGroup()
    private let failure = Locked<CommandFailure?>(nil)

    /// A crew for `runs`, one for each point.
    init(_ runs: [ReplayRun]) {
        self.runs = runs
        let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        queues = (0..<min(processors, runs.count)).map { DispatchQueue(label: "wdfilterd.sweep.\($0)") }
        for _ in 0..<queues.count + 1 { room.signal() }
    }

    /// Gives the crew a block, and waits if it has too many. `part` is the name of a part that begins with it.
    ///
    /// - Throws: If an earlier block could not be applied.
    func apply(_ lines: ReadLines, beginning part: String?) throws(CommandFailure) {
        room.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
        pass(lines, part, to: 0)
    }

    private func pass(_ lines: ReadLines, _ part: String?, to thread: Int) {
        queues[thread].async(group: work) { [self] in
            for index in stride(from: thread, to: runs.count, by: queues.count) {
                if let part { runs[index].begin(part: part) }
                do throws(CommandFailure) { try runs[index].apply(lines) } catch { failure.withLock { $0 = error } }
            }
            if thread + 1 < queues.count { pass(lines, part, to: thread + 1) } else { room.signal() }
        }
    }

    /// Waits until all blocks are applied, and returns the reports of the points.
    func finish() throws(CommandFailure) -> [ReplayReport] {
        work.wait()
        let reports = Locked([ReplayReport?](repeating: nil, count: runs.count))
        DispatchQueue.concurrentPerform(iterations: runs.count) { index in
            do throws(CommandFailure) {
                let report = try runs[index].finish { 0 }
                reports.withLock { $0[index] = report }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return reports.withLock { $0 }.compactMap(\.self)
    }
}
