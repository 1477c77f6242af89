/// Reads one recording: a file of lines, whole or compressed, or the members of an archive, which are its parts.
///
/// What a file holds is told by its content: text as it is (UTF-8, or UTF-16 with a mark), objects over several lines or in
/// one array, gzip, bzip2, xz, zstd and lz4, zip, tar and 7-Zip, and event logs of Windows, for which `evtx_dump` must be
/// installed. A few blocks are in memory, whatever the size of the file. Parts that must be read backwards and are not plain
/// files go through a temporary file in TMPDIR or /tmp; so does a pipe that is compressed.
///
/// For one thread at a time.
public final class RecordingReader {
    /// Nil once all is read, or reading has failed.
    private var parts: (any PartSequence)?
    /// Members of an archive that were passed over because of their names, as far as it was read: the first ten.
    public private(set) var passedOver: [String] = []
    private var current: OpenPart?
    private var count = 0
    private let opening: PartOpening
    static let maxPassedOver = 10
    /// Size of the file in bytes, as it lies there; nil when it is not known (pipe).
    public let size: UInt64?
    /// Bytes of the file, as it lies there, whose lines were handed out, roughly: for a display of progress. 0...`size`;
    /// of an event log 0 up to its end.
    public private(set) var position: UInt64 = 0

    /// Opens the recording at `path`; "-" is standard input, read from its beginning if it is a file.
    ///
    /// With `auto` this looks at both ends of the file, and decompresses all of it.
    /// - Parameters:
    ///   - path: the file, or "-".
    ///   - order: where reading begins, in each part.
    ///   - maxLineBytes: longest line, at least 1. One that is longer is handed out as its first `maxLineBytes` + 1 bytes.
    ///   - blockBytes: how much is read at a time, at least 1.
    ///   - time: when a line, without its newline, happened, as any number that grows with time; nil for a line that does
    ///     not say. Called by `init` alone.
    /// - Throws: a file that cannot be opened; an archive that holds no recording; an event log without `evtx_dump`.
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
    /// - Throws: what keeps the rest from being read: a file that is damaged, cut short or encrypted, a program that failed.
    ///   What could be read came before it, and nil comes behind it.
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
                passedOver = parts.passedOver
                guard let part else { break }
                current = try opening.open(part, number: count, of: parts)
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
