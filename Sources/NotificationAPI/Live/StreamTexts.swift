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

    /// The texts of one format, at the remainder of the sequence.
    private struct Ring {
        private var entries: [(record: MessageRecord, text: [UInt8])?] = []

        private func place(of record: MessageRecord) -> Int {
            Int(record.message.sequence % UInt64(StreamTexts.capacity))
        }

        /// The text of a message in this state, if it is there.
        func text(of record: MessageRecord) -> [UInt8]? {
            guard !entries.isEmpty, entries[place(of: record)]?.record == record else { return nil }
            return entries[place(of: record)]?.text
        }

        mutating func keep(_ text: [UInt8], of record: MessageRecord) {
            if entries.isEmpty { entries = Array(repeating: nil, count: StreamTexts.capacity) }
            entries[place(of: record)] = (record, text)
        }
    }

    /// The name of the host.
    let host: String
    private let rings = Locked([Ring](repeating: Ring(), count: MessageFormat.allCases.count))

    /// No texts of `host` yet.
    init(host: String) { self.host = host }

    /// Copies the texts of the first of `records` to `room`, as many as are known and fit; returns their number and size.
    ///
    /// They are copied under the lock, because streams that count references to the same texts slow each other down.
    func copy(
        _ records: ArraySlice<MessageRecord>, _ format: MessageFormat, to room: UnsafeMutableRawBufferPointer
    ) -> (count: Int, size: Int) {
        if records.isEmpty { return (0, 0) }
        return rings.withLock { rings in
            var (count, size) = (0, 0)
            for index in records.indices {
                guard let text = rings[format.index].text(of: records[index]), text.count <= room.count - size
                else { break }
                UnsafeMutableRawBufferPointer(rebasing: room[size...]).copyBytes(from: text)
                count += 1
                size += text.count
            }
            return (count, size)
        }
    }

    /// The text of a message in `format`. Streams may see a message in different states, each with a text of its own.
    func text(of record: MessageRecord, _ format: MessageFormat) -> [UInt8] {
        if let known = rings.withLock({ $0[format.index].text(of: record) }) { return known }
        let text = format.message(record, host: host)
        if text.count <= StreamTexts.longest { rings.withLock { $0[format.index].keep(text, of: record) } }
        return text
    }
}
