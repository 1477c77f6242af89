import Glibc
import RecordText

/// An open recording of a known kind. All but a pipe can be read more than once.
enum RecordingInput {
    /// A text file, or a pipe of text that was spooled.
    case text(FileRange)
    /// An archive or a compressed file, or a pipe that was spooled.
    case archive(FileRange, RecordingEnvironment)
    case eventLog(EventLog, size: Int)
    /// Recorded lines from a pipe.
    case pipe(PeekableStream, PipeStream)

    /// Opens the file at `path`. A pipe is spooled if it is to be read backwards or is compressed.
    init(
        path: String, name: String, isBackward: Bool, environment: RecordingEnvironment
    ) throws(RecordingFault) {
        let number =
            path == "-"
            ? fcntl(environment.standardInput, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw RecordingFault(name, "cannot be read", errno: errno) }
        let file = Descriptor(owning: number)
        guard let status = file.status else { throw RecordingFault(name, "cannot be read", errno: errno) }
        if status.isDirectory { throw RecordingFault(name, "cannot be read", errno: EISDIR) }
        if let kind = status.endlessKind, isatty(number) == 0 {
            throw RecordingFault(name, "is \(kind); only files and pipes can be read")
        }
        guard status.isRegularFile else {
            self = try .init(pipe: PipeStream(file, name: name), name, isBackward, environment)
            return
        }
        let range = FileRange(file: file, name: name, bounds: 0..<Int(status.st_size))
        if range.bounds.isEmpty, try RecordingInput.hasContent(range) {
            throw RecordingFault(name, "has content but no size, like files in /proc; copy it to a regular file first")
        }
        let head = try [UInt8](unsafeCapacity: Container.headBytes, fill: FileStream(range).read)
        switch Container(head: head) {
        case .text: self = .text(range)
        case .archive: self = .archive(range, environment)
        case .eventLog:
            guard let program = EventLogProgram(searchPath: environment.searchPath) else {
                throw EventLog.unreadable(name)
            }
            if path == "-" {
                self = try .init(spooling: PeekableStream(FileStream(range)), name, program, environment)
            } else {
                self = .eventLog(EventLog(path: path, name: name, program: program), size: range.bounds.count)
            }
        }
    }

    /// Whether a file whose size is 0 has content.
    private static func hasContent(_ file: FileRange) throws(RecordingFault) -> Bool {
        // Some files in /proc can only be read in units of a few bytes.
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { piece.deallocate() }
        let count = file.file.read(into: piece, at: 0)
        if count < 0 { throw RecordingFault(file.name, "cannot be read", errno: errno) }
        // Excludes a file that was written in the meantime.
        return count > 0 && file.file.status?.st_size == 0
    }

    private init(
        pipe: PipeStream, _ name: String, _ isBackward: Bool, _ environment: RecordingEnvironment
    ) throws(RecordingFault) {
        func spooled(_ bytes: PeekableStream) throws(RecordingFault) -> FileRange {
            try SpoolFile(in: environment.temporaryFolder, for: name, content: bytes).range
        }
        let bytes = PeekableStream(pipe)
        bytes.peek(until: Container.isClear)
        switch Container(head: bytes.head) {
        case .text: self = isBackward ? .text(try spooled(bytes)) : .pipe(bytes, pipe)
        case .archive: self = .archive(try spooled(bytes), environment)
        case .eventLog:
            guard let program = EventLogProgram(searchPath: environment.searchPath) else {
                throw EventLog.unreadable(name)
            }
            self = try .init(spooling: bytes, name, program, environment)
        }
    }

    /// An event log without a path, which the program needs.
    private init(
        spooling bytes: PeekableStream, _ name: String, _ program: EventLogProgram, _ environment: RecordingEnvironment
    ) throws(RecordingFault) {
        let spool = try SpoolFile(in: environment.temporaryFolder, for: name, content: bytes)
        self = .eventLog(EventLog(spool: spool, name: name, program: program), size: spool.range.bounds.count)
    }

    /// Size of the file as stored, in bytes; nil for a pipe.
    var size: UInt64? {
        switch self {
        case .text(let file), .archive(let file, _): UInt64(file.bounds.count)
        case .eventLog(_, let size): UInt64(size)
        case .pipe: nil
        }
    }

    /// The parts, from the first.
    func parts() throws(RecordingFault) -> any PartSequence {
        switch self {
        case .text(let file): SinglePart(file)
        case .archive(let file, let environment): try ArchiveParts(file, environment)
        case .eventLog(let log, _):
            SinglePart(name: log.name, bytes: PeekableStream(try log.open())) { 0 }
        case .pipe(let bytes, let pipe): SinglePart(name: pipe.name, bytes: bytes) { pipe.count }
        }
    }

    /// Which parts are written newest first; parts beyond its end are not.
    func newestFirst(by survey: OrderSurvey) throws(RecordingFault) -> [Bool] {
        switch self {
        case .text(let file):
            let text = TextStream(PeekableStream(FileStream(file)), range: file)
            if let range = text.range, let isNewestFirst = try survey.isNewestFirst(range) { return [isNewestFirst] }
            if text.isMarkup, let isNewestFirst = try survey.isNewestFirst(markup: file) { return [isNewestFirst] }
            return survey.newestFirst(of: SinglePart(file))
        case .archive(let file, let environment):
            return survey.newestFirst(of: try ArchiveParts(file, environment, isSurvey: true))
        // Event logs are written oldest first, so the program need not run twice. The end of a pipe is unknown.
        case .eventLog, .pipe: return []
        }
    }
}
