import CArchive
import Glibc

/// The standard output of a program. The program shares our standard error, unless it is quiet, and has no input.
final class ProgramOutput: ByteStream {
    private let process: pid_t
    private let pipe: Descriptor
    private let program: String
    /// The recording's name in faults.
    private let name: String
    private var hasEnded = false
    /// How it ended; nil as long as it runs, and if a signal ended it.
    private(set) var exitCode: Int32?

    /// Starts the program at the path `program`.
    init(of program: String, arguments: [String], name: String, isQuiet: Bool = false) throws(RecordingFault) {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw RecordingFault(name, "cannot create a pipe", errno: errno) }
        pipe = Descriptor(owning: ends[0])
        let output = Descriptor(owning: ends[1])
        let (failure, process) = ProgramOutput.spawn(program, arguments, output: output, isQuiet: isQuiet)
        guard failure == 0 else { throw RecordingFault(name, "\(program) cannot be started", errno: failure) }
        (self.process, self.program, self.name) = (process, program, name)
    }

    deinit {
        guard !hasEnded else { return }
        kill(process, SIGKILL)
        _ = failure()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(RecordingFault) -> Int {
        if hasEnded { return 0 }
        let count = pipe.read(into: buffer)
        if count < 0 { throw RecordingFault(name, "cannot be read from \(program)", errno: errno) }
        if count > 0 { return count }
        hasEnded = true
        if let failure = failure() { throw RecordingFault(name, "\(program) \(failure)") }
        return 0
    }

    /// Waits for the program to end; returns how it failed, or nil.
    private func failure() -> String? {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            if errno != EINTR { return "waitpid failed: " + String(cString: strerror(errno)) }
        }
        let signal = status & 0x7F
        if signal != 0 { return "was killed by signal \(signal)" }
        let code = status >> 8 & 0xFF
        exitCode = code
        return code == 0 ? nil : "failed with exit code \(code)"
    }

    private static func spawn(
        _ program: String, _ arguments: [String], output: Descriptor, isQuiet: Bool
    ) -> (failure: Int32, process: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO)
        if isQuiet { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }

        // SIGPIPE and the signals that we block must end the program.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = ([program] + arguments).map { strdup($0) }
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, program, &actions, &attributes, words + [nil], environ)
        return (failure, process)
    }
}
