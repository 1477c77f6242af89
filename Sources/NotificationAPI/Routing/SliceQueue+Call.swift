import Driver
import Synchronization

extension SliceQueue {
    /// Runs `work` for a call, as `finish(_:isWanted:completion:)` does. The work is canceled if the client disconnects.
    func finish<Work: SlicedWork>(
        _ work: Work, for call: Call, completion: @escaping @Sendable (Work.Outcome) -> Void
    ) {
        let flag = CancellationFlag()
        finish(work, isWanted: { !flag.isCanceled.load(ordering: .relaxed) }, completion: completion)
        call.reply.onDisconnect { flag.isCanceled.store(true, ordering: .relaxed) }
    }
}

/// Whether the work for a call was canceled.
private final class CancellationFlag: Sendable {
    let isCanceled = Atomic(false)
}
