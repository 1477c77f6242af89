import Driver

/// Compares the counters of a host with its journal at the end of a case (ASY-10): each message is delivered, failed, dropped or
/// still queued.
struct SumCheck {
    /// The difference, a phrase; nil if everything agrees.
    let fault: String?

    init(_ counters: ObservedValue, _ messages: [ObservedMessage]) {
        func counter(_ path: String) -> Int {
            if case .number(let number) = counters[path] { Int(clamping: number) } else { 0 }
        }
        let queued = messages.filter { $0.message.kind == .async }
        let direct = messages.filter { $0.message.kind == .direct && $0.delivery != .inHand }
        func count(_ delivery: String) -> Int { queued.count { $0.delivery.rawValue == delivery } }
        let enqueued = counter("async.enqueued")
        let parts = ["sent", "sendFailed", "droppedOnOverflow", "queued", "inHand"].map { counter("async.\($0)") }
        let pairs = [
            ("enqueued", enqueued, parts.reduce(0, +), "the sum of its parts"),
            ("enqueued", enqueued, queued.count, "the messages of the journal"),
            ("sent", parts[0], count("sent"), "the messages of the journal"),
            ("sendFailed", parts[1], count("failed"), "the messages of the journal"),
            ("droppedOnOverflow", parts[2], count("dropped"), "the messages of the journal"),
            ("queued", parts[3], count("queued"), "the messages of the journal"),
            ("fltSendMessageCount", counter("direct.fltSendMessageCount"), direct.count, "the messages of the journal"),
        ]
        fault = pairs.first { $0.1 != $0.2 }.map { "the counter \($0.0) is \($0.1), but \($0.3) are \($0.2)" }
    }
}
