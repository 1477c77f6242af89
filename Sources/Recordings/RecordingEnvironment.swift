import Glibc

/// The parts of the process environment that a reader uses; tests replace them.
struct RecordingEnvironment {
    /// Folders to search for programs, separated by colons.
    var searchPath = variable("PATH") ?? ""
    /// Folder for temporary files.
    var temporaryFolder = variable("TMPDIR") ?? "/tmp"
    /// The descriptor that "-" means.
    var standardInput = STDIN_FILENO

    /// The value of an environment variable; nil if it is unset or empty.
    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
