import Bytes
import Glibc
import Messages
import Recordings
import Replay
import Scenarios

/// The lines of a recording in a file.
final class RecordedFile: RecordedLines {
    let format: EventFeed.Options.Format
    private var reader: RecordingReader
    /// Blocks that were read to detect the format.
    private var ahead: [[UInt8]] = []

    /// Bytes that are read to detect the format.
    private static let detectionLimit = 1 << 20

    private let isCancelled: @Sendable () -> Bool

    /// Opens the recording of `plan`, which ends with a fault once `isCancelled`.
    static func open(
        _ plan: ReplayPlan, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(HostFault) -> any RecordedLines {
        do throws(RecordingFault) { return try RecordedFile(plan, isCancelled: isCancelled) } catch {
            throw HostFault("\(error)", isOfScenario: true)
        }
    }

    private init(_ plan: ReplayPlan, isCancelled: @escaping @Sendable () -> Bool) throws(RecordingFault) {
        self.isCancelled = isCancelled
        let order: RecordingOrder =
            switch plan.order {
            case .auto: .auto
            case .forward: .forward
            case .reverse: .reverse
            }
        let times = RecordTimes()
        reader = try RecordingReader(path: plan.path, order: order) { times.time(of: $0)?.ticks }
        switch plan.format {
        case .sysmon: format = .sysmon
        case .native: format = .native
        case .auto:
            var found: EventFeed.Options.Format?
            while found == nil, ahead.reduce(0, { $0 + $1.count }) < Self.detectionLimit, let block = try reader.next()
            {
                found = block.bytes.withUnsafeBytes { EventFeed.Options.Format(of: $0) }
                ahead.append(block.bytes)
            }
            format = found ?? .sysmon
        }
    }

    func next() throws(HostFault) -> [UInt8]? {
        if isCancelled() { throw HostFault("interrupted") }
        if !ahead.isEmpty { return ahead.removeFirst() }
        do throws(RecordingFault) { return try reader.next()?.bytes } catch {
            throw HostFault("\(error)", isOfScenario: true)
        }
    }

    /// Whether there is a file at `path`.
    static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
