import Driver

/// The messages of one host since the case began, as far as the run has read them.
struct MessageLog {
    /// The messages, by sequence from 1.
    private(set) var messages: [ObservedMessage] = []
    /// All messages before this index are at their end.
    private var settled = 0
    /// How many messages have come to their end, as far as the run has read them.
    private(set) var ended: UInt64 = 0
    /// The indices of the messages that each step made.
    private var indices: [Int: [Int]] = [:]

    /// Reads the messages that are new or may have changed.
    mutating func update(from host: any ScenarioHost) throws(HostFault) {
        while settled < messages.count, messages[settled].delivery.isFinal { settled += 1 }
        let first = UInt64(settled)
        let new = try host.messages(after: first)
        for (offset, message) in new.enumerated() where message.sequence != first + UInt64(offset) + 1 {
            throw HostFault(
                "message \(first + UInt64(offset) + 1) of host \(host.name) is missing from the journal, which has message \(message.sequence)"
            )
        }
        let known = messages.count
        messages.replaceSubrange(settled..., with: new)
        for message in new { ended = max(ended, message.endedAs ?? 0) }
        for index in messages.indices.dropFirst(known) {
            if let step = messages[index].step { indices[step, default: []].append(index) }
        }
    }

    /// The messages that the step at `index` made, without those of the steps inside it.
    func made(by index: Int) -> [ObservedMessage] { (indices[index] ?? []).map { messages[$0] } }

    /// The message with a sequence.
    subscript(sequence: UInt64) -> ObservedMessage? {
        sequence >= 1 && sequence <= UInt64(messages.count) ? messages[Int(sequence) - 1] : nil
    }

    /// The sequence of the newest message that was read.
    var newest: UInt64 { UInt64(messages.count) }
}
