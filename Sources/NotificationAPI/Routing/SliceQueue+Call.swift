import Driver
import Synchronization

extension SliceQueue {
    /// Does `work` for a call: see `finish(_:isWanted:completion:)`. It is given up when the client goes.
    func finish<Work: SlicedWork>(
        _ work: Work, whileWantedBy call: Call, completion: @escaping @Sendable (Work.Outcome) -> Void
    ) {
        let wish = Wish()
        finish(work, isWanted: { wish.isThere.load(ordering: .relaxed) }, completion: completion)
        call.reply.whenClientGoes { wish.isThere.store(false, ordering: .relaxed) }
    }
}

/// Whether somebody waits for an answer still.
private final class Wish: Sendable {
    let isThere = Atomic(true)
}
