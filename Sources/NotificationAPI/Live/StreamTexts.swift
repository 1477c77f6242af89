import Driver
import Locking

/// The texts of a host's latest messages, which its live streams share: each is written once, for the first stream that
/// sends it.
///
/// Streams hold it, so that it exists only while there are some.
final class StreamTexts: Sendable {
    /// The most texts that are kept.
    static let capacity = 128
    /// The longest text that is kept, in bytes; each stream writes longer ones itself. So a format's texts take at most 2 MiB.
    static let longest = 16_384

    private struct Entry {
        let record: MessageRecord
        let text: [UInt8]
    }

    /// The name of the host.
    let host: String
    /// The texts of each format, at the remainder of the sequence.
    private let entries = Locked([StreamFormat: [Entry?]]())

    /// No texts of `host` yet.
    init(host: String) { self.host = host }

    /// The text of a message in `format`. Streams may see a message in different states, each with a text of its own.
    func text(of record: MessageRecord, _ format: StreamFormat) -> [UInt8] {
        let place = Int(record.message.sequence % UInt64(StreamTexts.capacity))
        let found = entries.withLock { $0[format]?[place] }
        if let found, found.record == record { return found.text }
        let text = format.message(record, host: host)
        guard text.count <= StreamTexts.longest else { return text }
        entries.withLock { entries in
            entries[format, default: Array(repeating: nil, count: StreamTexts.capacity)][place] =
                Entry(record: record, text: text)
        }
        return text
    }
}
