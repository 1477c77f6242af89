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
    /// What the first lines of all held.
    private var detected: EventFeed.Options.Format?
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
        /// How far the file was read with it, and how long that is, where that is known; bytes as it lies there.
        let position: UInt64
        let size: UInt64?
    }

    /// What the lines hold: looks at the first one where that is not said.
    func detectedFormat() throws(CommandFailure) -> EventFeed.Options.Format {
        switch format {
        case .sysmon: return .sysmon
        case .native: return .native
        case .auto: break
        }
        if ahead == nil { ahead = try read() }
        return detected ?? .sysmon
    }

    /// Looks at the first lines of a part: all parts are to hold the same.
    private func detect(_ block: RecordingBlock) throws(CommandFailure) {
        let format = block.bytes.withUnsafeBytes { EventFeed.Options.Format(of: $0) }
        if let detected, detected != format, self.format == .auto {
            throw CommandFailure(
                status: .usage,
                message: LineLogHandler.escaped(
                    "\(block.name): holds \(format.rawValue) lines, and what came before \(detected.rawValue) ones"))
        }
        detected = format
    }

    /// The next lines; nil at the end of the last file.
    func next() throws(CommandFailure) -> Block? {
        let block: RecordingBlock?
        if let ahead { block = ahead } else { block = try read() }
        guard let block else { return nil }
        ahead = nil
        return Block(
            bytes: block.bytes, part: part, name: block.name, position: reader?.position ?? 0, size: reader?.size)
    }

    private func read() throws(CommandFailure) -> RecordingBlock? {
        let before = part
        let block = try readBlock()
        if let block, part != before { try detect(block) }
        return block
    }

    private func readBlock() throws(CommandFailure) -> RecordingBlock? {
        do throws(RecordingFault) {
            while true {
                if let reader {
                    if let block = try reader.next() {
                        if lastPart != block.part { part += 1 }
                        lastPart = block.part
                        return block
                    }
                    for name in reader.passedOver {
                        progress.tell("\(name) is passed over: by its name it holds no lines")
                    }
                    self.reader = nil
                    lastPart = nil
                }
                guard let path = paths.popFirst() else { return nil }
                reader = try RecordingReader(path: path, order: order) { FileTime(ofRecord: $0)?.ticks }
            }
        } catch {
            throw CommandFailure(status: .usage, message: LineLogHandler.escaped("\(error)"))
        }
    }
}
