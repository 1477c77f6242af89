import Bytes
import Console
import Glibc
import Messages
import Recordings
import Replay

/// The recordings to replay, block by block.
///
/// To be used by one thread at a time.
final class RecordingFiles {
    private let order: RecordingOrder
    private let format: RecordingFormat
    let progress: ReplayProgress
    private var paths: ArraySlice<String>
    /// The folder of the file that is being read, as it was given, with a slash.
    private var folder = ""
    private var reader: RecordingReader?
    private let times: RecordTimes
    /// The next block, if it was already read to detect the format.
    private var ahead: Block?
    /// A block of the next part that was read, but not checked for its format yet.
    private var unseen: Block?
    /// The format detected in the first part.
    private var detected: EventFeed.Options.Format?
    /// Counts the parts of all files.
    private var part = -1
    private var lastPart: Int?
    /// The last part whose format was checked.
    private var seenPart = -1

    /// What was met in the files that is not read.
    private(set) var unread = UnreadInput()

    /// Maximum number of bytes of a part that are read to detect its format.
    private static let detectionLimit = 1 << 20

    init(
        paths: [String], order: RecordingOrder, format: RecordingFormat, includesSecurity: Bool = false,
        progress: ReplayProgress
    ) {
        times = RecordTimes(includesSecurity: includesSecurity)
        self.order = order
        self.format = format
        self.progress = progress
        self.paths = paths[...]
    }

    /// Lines of one part.
    struct Block: Sendable {
        var bytes: [UInt8]
        /// Index among all parts of all files, from 0.
        let part: Int
        let name: String
        /// Position in the file after this block, and the file's size if known; in bytes as stored.
        var position: UInt64
        let size: UInt64?
    }

    /// Whether there is a regular file at `path`, or on standard input.
    static func canBeReadAgain(_ path: String) -> Bool {
        var status = stat()
        let isThere = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path, &status)
        return isThere == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The format of the lines, from the options or detected in the first lines.
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

    /// Detects the format of a part, which must be the same for all parts. Reads more blocks while the format is unclear;
    /// returns all bytes that were read of the part.
    private func detect(_ first: Block) throws(CommandFailure) -> Block {
        var block = first
        var format = EventFeed.Options.Format(ofLines: first.bytes)
        while format == nil, block.bytes.count < RecordingFiles.detectionLimit, let more = try readBlock() {
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
                message: "\(block.name): contains \(format.rawValue) lines, earlier parts \(detected.rawValue) lines"
                    .escapingInvisible)
        }
        detected = format
        return block
    }

    private func readBlock() throws(CommandFailure) -> Block? {
        do throws(RecordingFault) {
            while true {
                if let reader {
                    if let block = try reader.next() {
                        if lastPart != block.part {
                            part += 1
                            if block.isReversed { unread.addReadBackwards(block.name) }
                        }
                        lastPart = block.part
                        return Block(
                            bytes: block.bytes, part: part, name: block.name, position: reader.position,
                            size: reader.size)
                    }
                    close(reader)
                    lastPart = nil
                }
                guard let path = paths.popFirst() else { return nil }
                let start = path.dropLast().lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
                folder = String(path[..<start])
                reader = try RecordingReader(path: path, order: order) { [times] in times.time(of: $0)?.ticks }
            }
        } catch {
            if let reader { close(reader) }
            // Faults name only the file.
            throw CommandFailure(status: .usage, message: "\(folder)\(error)")
        }
    }

    private func close(_ reader: RecordingReader) {
        unread.add(reader.unread, looks: reader.looks)
        self.reader = nil
    }
}

extension EventFeed.Options.Format {
    fileprivate init?(ofLines lines: [UInt8]) {
        guard let format = lines.withUnsafeBytes({ EventFeed.Options.Format(of: $0) }) else { return nil }
        self = format
    }
}
