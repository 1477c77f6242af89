import Console
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
    private let times = RecordTimes()
    /// The next block, already looked at.
    private var ahead: Block?
    /// A block of the next part that was read and not looked at yet.
    private var unseen: Block?
    /// What the first lines of all held.
    private var detected: EventFeed.Options.Format?
    /// Counts the parts of all files.
    private var part = -1
    private var lastPart: Int?
    /// The part whose first lines were looked at.
    private var seenPart = -1

    /// Most bytes of a part that are looked at to find out what its lines hold.
    private static let reach = 1 << 20

    init(paths: [String], order: RecordingOrder, format: RecordingFormat, progress: ReplayProgress) {
        self.order = order
        self.format = format
        self.progress = progress
        self.paths = paths[...]
    }

    /// Lines of one part.
    struct Block: Sendable {
        var bytes: [UInt8]
        /// Of all parts of all files, from 0.
        let part: Int
        let name: String
        /// How far the file was read with it, and how long that is, where that is known; bytes as it lies there.
        var position: UInt64
        let size: UInt64?
    }

    /// What the lines hold; looks at the first ones when no option says it.
    func detectedFormat() throws(CommandFailure) -> EventFeed.Options.Format {
        switch format {
        case .sysmon: return .sysmon
        case .native: return .native
        case .auto: break
        }
        if ahead == nil { ahead = try read() }
        return detected ?? .sysmon
    }

    /// The next lines; nil at the end of the last file.
    func next() throws(CommandFailure) -> Block? {
        guard let block = ahead else { return try read() }
        ahead = nil
        return block
    }

    private func read() throws(CommandFailure) -> Block? {
        let next: Block?
        if let unseen { next = unseen } else { next = try readBlock() }
        unseen = nil
        guard let block = next, block.part != seenPart else { return next }
        seenPart = block.part
        return format == .auto ? try detect(block) : block
    }

    /// Looks at the first lines of a part: all parts are to hold the same. Reads on while no line says what they hold; returns
    /// all that was read of the part.
    private func detect(_ first: Block) throws(CommandFailure) -> Block {
        var block = first
        var format = EventFeed.Options.Format(ofLines: first.bytes)
        while format == nil, block.bytes.count < RecordingFiles.reach, let more = try readBlock() {
            if more.part != block.part {
                unseen = more
                break
            }
            block.bytes += more.bytes
            block.position = more.position
            format = EventFeed.Options.Format(ofLines: more.bytes)
        }
        guard let format else { return block }
        if let detected, detected != format {
            throw CommandFailure(
                status: .usage,
                message: LineLogHandler.escaped(
                    "\(block.name): holds \(format.rawValue) lines, and what came before \(detected.rawValue) ones"))
        }
        detected = format
        return block
    }

    private func readBlock() throws(CommandFailure) -> Block? {
        do throws(RecordingFault) {
            while true {
                if let reader {
                    if let block = try reader.next() {
                        if lastPart != block.part { part += 1 }
                        lastPart = block.part
                        return Block(
                            bytes: block.bytes, part: part, name: block.name, position: reader.position,
                            size: reader.size)
                    }
                    for name in reader.passedOver {
                        progress.print("\(name) is skipped: by its name, it contains no lines")
                    }
                    self.reader = nil
                    lastPart = nil
                }
                guard let path = paths.popFirst() else { return nil }
                reader = try RecordingReader(path: path, order: order) { [times] in times.time(of: $0)?.ticks }
            }
        } catch {
            throw CommandFailure(status: .usage, message: LineLogHandler.escaped("\(error)"))
        }
    }
}

extension EventFeed.Options.Format {
    fileprivate init?(ofLines lines: [UInt8]) {
        guard let format = lines.withUnsafeBytes({ EventFeed.Options.Format(of: $0) }) else { return nil }
        self = format
    }
}
