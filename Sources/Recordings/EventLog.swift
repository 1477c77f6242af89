import Glibc

/// A log of Windows' event log service (.evtx), which the program `evtx_dump` converts to lines (decision 13).
struct EventLog {
    /// The path of the file for the program.
    private let path: String
    /// The log's name in messages.
    let name: String
    private let program: String

    /// Searches for the program in the folders of `searchPath`.
    ///
    /// - Throws: If it is not found.
    init(path: String, name: String, searchPath: String) throws(RecordingFault) {
        let candidates = searchPath.split(separator: ":").map { "\($0)/evtx_dump" }
        guard let program = candidates.first(where: { EventLog.isProgram($0) }) else {
            throw EventLog.unreadable(name)
        }
        self.program = program
        self.name = name
        self.path = path.hasPrefix("-") ? "./" + path : path
    }

    /// Starts the program; returns its output.
    func open() throws(RecordingFault) -> ProgramOutput {
        try ProgramOutput(of: program, arguments: ["--format", "jsonl", "--threads", "1", path], name: name)
    }

    /// The fault for an event log that cannot be passed to a program.
    static func unreadable(_ name: String) -> RecordingFault {
        let advice = "install evtx_dump (the crate evtx), or convert it: evtx_dump -o jsonl FILE"
        return RecordingFault(name, "is an EVTX file; \(advice)")
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.isRegularFile && access(path, X_OK) == 0
    }
}
