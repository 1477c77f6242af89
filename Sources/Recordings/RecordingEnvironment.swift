import Glibc

/// The parts of the process's environment that a reader uses; tests replace them.
struct RecordingEnvironment {
    /// Where programs are looked for: folders with colons between them.
    var searchPath = variable("PATH") ?? ""
    /// Where temporary files go.
    var temporaryFolder = variable("TMPDIR") ?? "/tmp"
    /// The descriptor that "-" stands for.
    var standardInput = STDIN_FILENO

    /// A variable of the environment that is not empty.
    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
