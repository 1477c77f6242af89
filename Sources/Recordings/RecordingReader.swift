/// Reads one recording: a file of lines, plain or compressed, or an archive, whose members are the parts.
///
/// The format is detected from the content: plain text (UTF-8, or UTF-16 with a byte order mark) with a record per line or in
/// any other form that `RecordFramer` knows, gzip, bzip2, xz, zstd, lz4, zip, tar, 7-Zip, and event logs of Windows, for which
/// `evtx_dump` must be installed. Members of an archive that are not recordings are named. Memory use is a few blocks, whatever the size of the file. Parts that are read backwards and are not plain
/// files are copied to a temporary file in TMPDIR or /tmp; so is a compressed pipe.
///
/// To be used by one thread at a time.
public final class RecordingReader {
    /// Nil at the end, or after reading has failed.
    private var parts: (any PartSequence)?
    /// The members of an archive that were met so far and are not read.
    public private(set) var unread = UnreadParts()
    /// What the parts look like that were met so far and certainly are not recordings, by the parts' names; the first ten.
    public private(set) var looks: [(name: String, look: String)] = []
    private var current: OpenPart?
    private var count = 0
    private let opening: PartOpening
    private static let maxLooks = 10
    /// Size of the file as stored, in bytes; nil if unknown (pipe).
    public let size: UInt64?
    /// Approximate number of bytes of the file, as stored, whose lines were returned, for a display of progress: 0...`size`.
    /// For an event log it stays 0 until the end.
    public private(set) var position: UInt64 = 0

    /// Opens the recording at `path`; "-" is standard input, read from its start if it is a file.
    ///
    /// With `auto` this reads both ends of a plain file, and decompresses a compressed file completely.
    /// - Parameters:
    ///   - path: The file, or "-".
    ///   - order: The reading direction within each part.
    ///   - maxLineBytes: Maximum length of a line, at least 1. A longer line is truncated to `maxLineBytes` + 1 bytes.
    ///   - blockBytes: Number of bytes read at a time, at least 1.
    ///   - time: Returns the time of a line, passed without its newline, as any number that grows with time; nil if the line
    ///     has none. Called by `init` only.
    /// - Throws: If the file cannot be opened, or `evtx_dump` is missing for an event log.
    public convenience init(
        path: String, order: RecordingOrder, maxLineBytes: Int = 1 << 20, blockBytes: Int = 1 << 18,
        time: @escaping (UnsafeRawBufferPointer) -> UInt64?
    ) throws(RecordingFault) {
        try self.init(
            path: path, order: order, limits: LineLimits(lineBytes: maxLineBytes, blockBytes: blockBytes),
            environment: RecordingEnvironment(), time: time)
    }

    init(
        path: String, order: RecordingOrder, limits: LineLimits, environment: RecordingEnvironment,
        time: @escaping (UnsafeRawBufferPointer) -> UInt64?
    ) throws(RecordingFault) {
        precondition(limits.lineBytes > 0 && limits.blockBytes > 0, "lines and blocks have at least one byte")
        let name = path == "-" ? "standard input" : path.split(separator: "/").last.map { String($0) } ?? path
        let input = try RecordingInput(
            path: path, name: name, isBackward: order == .reverse, environment: environment)
        let reversed: [Bool]? =
            switch order {
            case .auto: try input.newestFirst(by: OrderSurvey(time: time, limits: limits))
            case .forward: []
            case .reverse: nil
            }
        opening = PartOpening(reversed: reversed, limits: limits, temporaryFolder: environment.temporaryFolder)
        size = input.size
        parts = try input.parts()
    }

    /// The next lines; nil at the end.
    ///
    /// - Throws: If the rest cannot be read: the file is damaged, truncated or encrypted, or the program failed. All lines
    ///   before the fault were returned; later calls return nil.
    public func next() throws(RecordingFault) -> RecordingBlock? {
        do throws(RecordingFault) {
            while let parts {
                if let current {
                    if let bytes = try current.lines.next() {
                        position = min(current.position(in: parts), size ?? .max)
                        return RecordingBlock(
                            bytes: bytes, part: count - 1, name: current.name, isReversed: current.isReversed)
                    }
                    if let fault = current.fault { throw fault }
                    self.current = nil
                }
                let part = try parts.next()
                unread = parts.unread
                guard let part else { break }
                let opened = try opening.open(part, number: count, of: parts)
                if let look = opened.look, looks.count < Self.maxLooks { looks.append((part.name, look)) }
                current = opened
                count += 1
            }
        } catch {
            (parts, current) = (nil, nil)
            throw error
        }
        if parts != nil { position = size ?? parts?.position ?? position }
        (parts, current) = (nil, nil)
        return nil
    }
}
