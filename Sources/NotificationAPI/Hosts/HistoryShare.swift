import Driver
import Synchronization

/// The memory that the histories and decisions of all hosts share. Over its limit, the hosts that nobody has read for longest
/// give up their oldest buckets and decisions.
final class HistoryShare: HistoryMemory {
    private let limit: Int
    private let used = Atomic<Int>(0)
    private let isTrimming = Atomic(false)
    private let trim: @Sendable (HistoryShare) -> Void

    /// Calls `trim` when more than `limit` bytes are used, and not again before it has called `trim(_:)`. It must not block.
    init(limit: Int, trim: @escaping @Sendable (HistoryShare) -> Void) {
        self.limit = limit
        self.trim = trim
    }

    /// Bytes that are used, in steps of some kilobytes a host.
    var bytes: Int { used.load(ordering: .relaxed) }

    func grew(by bytes: Int) {
        let total = used.add(bytes, ordering: .relaxed).newValue
        if total > limit, !isTrimming.exchange(true, ordering: .acquiringAndReleasing) { trim(self) }
    }

    /// Makes `drivers` give up halves, those first that were read longest ago, until an eighth of the limit is free.
    func trim(_ drivers: [Driver]) {
        for driver in drivers.map({ ($0.historyLastRead, $0) }).sorted(by: { $0.0 < $1.0 }).map(\.1) {
            if bytes <= limit - limit / 8 { break }
            driver.giveUpHalfOfHistory()
        }
        isTrimming.store(false, ordering: .releasing)
    }
}
