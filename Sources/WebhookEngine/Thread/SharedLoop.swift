import Bytes
import Locking

/// The loop of the webhooks, which one thread has at a time: usually its own, which waits for sockets, or a thread that has a
/// command while the loop is free. So a message whose connection is free is sent by the thread that made it (decision 36).
///
/// Nobody but the loop's own thread ever waits for the loop.
final class SharedLoop: Sendable {
    /// After this many turns with the commands of others, a thread leaves the rest to the loop's own.
    private static let mostTurns = 4

    private let inbox: WebhookInbox
    private let loop: Locked<WebhookLoop>

    /// A loop over `inbox`, without a thread.
    init(_ inbox: WebhookInbox, _ lookUps: LookUps) {
        self.inbox = inbox
        loop = Locked(WebhookLoop(inbox, lookUps))
    }

    /// Has a command performed: on this thread if the loop is free, else by the thread that has it.
    ///
    /// After the stop, sends fail at once and other commands are ignored.
    func post(_ command: WebhookInbox.Command) {
        guard inbox.add(command) else {
            if case .send(let request, _, _) = command {
                request.completion(TransferEnd(outcome: .disconnected(WebhookInbox.stopped), waited: nil))
            }
            return
        }
        // Whoever had the loop looks into the inbox again after leaving it, so no command stays there.
        for _ in 0..<SharedLoop.mostTurns {
            guard let turn = loop.withLockIfFree({ $0.performCommands() }) else { return inbox.wakeThread() }
            if turn.wakesThread { inbox.sockets.poll.ring() }
            turn.complete()
            if inbox.isEmpty { return }
        }
        inbox.sockets.poll.ring()
    }

    /// Runs on the loop's own thread until the inbox is stopped.
    func run() {
        var events: [SocketPoll.Event] = []
        while true {
            let turn = loop.withLock { $0.advance(events) }
            turn.complete()
            if turn.isLast { return }
            let milliseconds = inbox.isEmpty ? turn.sleepsUntil.milliseconds(since: .now()) : 0
            inbox.sockets.poll.wait(milliseconds: milliseconds, into: &events)
        }
    }
}

/// A request that is complete.
struct Completion: Sendable {
    let request: TransferRequest
    let end: TransferEnd
}

/// The result of having the loop for a while.
struct Turn: Sendable {
    /// The requests that are complete.
    let completions: [Completion]
    /// Whether the loop's own thread must look at it now.
    let wakesThread: Bool
    /// Until when that thread may sleep.
    let sleepsUntil: Monotonic
    /// Whether the loop has ended.
    let isLast: Bool

    /// Calls the completions, after the loop was left: they may send further messages.
    func complete() {
        for completion in completions { completion.request.completion(completion.end) }
    }
}
