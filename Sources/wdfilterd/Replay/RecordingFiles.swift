import Messages
import Recordings
import Replay

/// The recordings that are to be replayed, block by block.
///
/// For one thread at a time.
final class RecordingFiles {
    private let order: RecordingOrder
    private let format: RecordingFormat
    let progress: ReplayProgress
    private var paths: ArraySlice<String>
    private var reader: RecordingReader?
    private var ahead: RecordingBlock?
    /// Counts the parts of all files.
    private var part = -1
    private var lastPart: Int?

    init(paths: [String], order: RecordingOrder, format: RecordingFormat, progress: ReplayProgress) {
        self.order = order
        self.format = format
        self.progress = progress
        self.paths = paths[...]
    }

    /// Lines of one part.
    struct Block: Sendable {
        let bytes: [UInt8]
        /// Of all parts of all files, from 0.
        let part: Int
        let name: String
    }

    /// What the lines hold: looks at the first one where that is not said.
    func detectedFormat() throws(CommandFailure) -> EventFeed.Options.Format {
        switch format {
        case .sysmon: return .sysmon
        case .native: return .native
        case .auto: break
        }
        if ahead == nil { ahead = try read() }
        return ahead.map { $0.bytes.withUnsafeBytes { EventFeed.Options.Format(of: $0) } } ?? .sysmon
    }

    /// The next lines; nil at the end of the last file.
    func next() throws(CommandFailure) -> Block? {
        let block: RecordingBlock?
        if let ahead { block = ahead } else { block = try read() }
        guard let block else { return nil }
        ahead = nil
        return Block(bytes: block.bytes, part: part, name: block.name)
    }

    private func read() throws(CommandFailure) -> RecordingBlock? {
        do throws(RecordingFault) {
            while true {
                if let reader {
                    if let block = try reader.next() {
                        progress.note(position: reader.position, of: reader.size)
                        if lastPart != block.part { part += 1 }
                        lastPart = block.part
                        return block
                    }
                    self.reader = nil
                    lastPart = nil
                }
                guard let path = paths.popFirst() else { return nil }
                progress.begin(path)
                reader = try RecordingReader(path: path, order: order) { FileTime(ofRecord: $0)?.ticks }
            }
        } catch {
            throw CommandFailure(status: .usage, message: LineLogHandler.escaped("\(error)"))
        }
    }
}
