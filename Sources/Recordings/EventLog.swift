import Glibc

/// The program `evtx_dump`, which converts event logs of Windows to lines (decision 13).
struct EventLogProgram {
    /// Its path.
    let path: String

    /// What to do without it.
    static let advice = "an EVTX file; install evtx_dump (the crate evtx), or convert it: evtx_dump -o jsonl FILE"

    /// Searches for the program in the folders of `searchPath`; nil if it is not there.
    init?(searchPath: String) {
        let candidates = searchPath.split(separator: ":").map { "\($0)/evtx_dump" }
        guard let path = candidates.first(where: EventLogProgram.isProgram) else { return nil }
        self.path = path
    }

    /// The result of a search for the program.
    enum Search {
        case found(EventLogProgram)
        /// There is none, for this reason.
        case none(String)
    }

    /// Searches for the program, and checks that it is the one.
    static func search(_ path: String) -> Search {
        guard let program = EventLogProgram(searchPath: path) else { return .none(advice) }
        return program.isAnother ? .none(program.adviceOnAnother) : .found(program)
    }

    /// What to do if it is another program.
    fileprivate var adviceOnAnother: String {
        "an EVTX file, and \(path) is another program of that name (python-evtx has one); install evtx_dump of the crate "
            + "evtx, or convert the file"
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.isRegularFile && access(path, X_OK) == 0
    }

    /// Whether this is another program of the same name, such as that of python-evtx: it does not say that it is a parser of EVTX.
    var isAnother: Bool {
        guard let output = try? ProgramOutput(of: path, arguments: ["--version"], name: path, isQuiet: true),
            let words = try? [UInt8](unsafeCapacity: 4096, fill: output.read)
        else { return true }
        return !String(decoding: words, as: UTF8.self).lowercased().contains("evtx parser")
    }
}

/// A log of Windows' event log service (.evtx).
struct EventLog {
    /// The path of the file for the program.
    private let path: String
    /// The log's name in messages.
    let name: String
    private let program: EventLogProgram
    /// The file, if it must be kept open to exist.
    private let spool: SpoolFile?

    /// The log in the file at `path`.
    init(path: String, name: String, program: EventLogProgram) {
        self.path = path.hasPrefix("-") ? "./" + path : path
        self.name = name
        self.program = program
        spool = nil
    }

    /// The log in a temporary file, which has no name.
    init(spool: SpoolFile, name: String, program: EventLogProgram) {
        path = spool.path
        self.name = name
        self.program = program
        self.spool = spool
    }

    /// Starts the program; returns its output.
    func open() throws(RecordingFault) -> any ByteStream {
        let arguments = ["--format", "jsonl", "--threads", "1", path]
        let output = try ProgramOutput(of: program.path, arguments: arguments, name: name)
        return EventLogLines(output, name: name, program: program, spool: spool)
    }

    /// The fault for an event log without the program.
    static func unreadable(_ name: String) -> RecordingFault { RecordingFault(name, "is \(EventLogProgram.advice)") }
}

/// The output of the program. If it fails before it prints anything, it may be another program of that name.
private final class EventLogLines: ByteStream {
    private let output: ProgramOutput
    private let name: String
    private let program: EventLogProgram
    private let spool: SpoolFile?
    private var hasBegun = false

    init(_ output: ProgramOutput, name: String, program: EventLogProgram, spool: SpoolFile?) {
        self.output = output
        self.name = name
        self.program = program
        self.spool = spool
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        do throws(RecordingFault) {
            let count = try output.read(into: buffer)
            hasBegun = hasBegun || count > 0
            return count
        } catch {
            guard !hasBegun, output.exitCode != nil, program.isAnother else { throw error }
            throw RecordingFault(name, "is \(program.adviceOnAnother)")
        }
    }
}
