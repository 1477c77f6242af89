import Glibc

/// A log of Windows' event log service (.evtx), which the program `evtx_dump` turns into lines (decision 13).
struct EventLog {
    /// The file, as the program gets it.
    private let path: String
    /// What it is called in messages.
    let name: String
    private let program: String

    /// Looks for the program in the folders of `searchPath`.
    ///
    /// - Throws: when there is none.
    init(path: String, name: String, searchPath: String) throws(RecordingFault) {
        let places = searchPath.split(separator: ":").map { "\($0)/evtx_dump" }
        guard let program = places.first(where: { EventLog.isProgram($0) }) else {
            throw EventLog.unreadable(name)
        }
        self.program = program
        self.name = name
        self.path = path.hasPrefix("-") ? "./" + path : path
    }

    /// Starts the program: its lines.
    func open() throws(RecordingFault) -> ProgramOutput {
        try ProgramOutput(of: program, arguments: ["--format", "jsonl", "--threads", "1", path], name: name)
    }

    /// For an event log that no program can be given.
    static func unreadable(_ name: String) -> RecordingFault {
        let advice = "install evtx_dump (the crate evtx), or convert it: evtx_dump -o jsonl FILE"
        return RecordingFault(name, "is an EVTX file; \(advice)")
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.isRegularFile && access(path, X_OK) == 0
    }
}
