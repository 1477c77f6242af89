import Console
import Glibc

/// A file for a report: written beside its place and renamed, so that nobody reads half of it.
struct ReportFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Writes `bytes`, and makes the folder if it is missing.
    ///
    /// - Throws: Exit code 3 if that fails.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        makeFolder()
        let temporary = path + ".\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure() }
        var rest = bytes[...]
        var isWritten = true
        while !rest.isEmpty, isWritten {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { isWritten = false }
        }
        let fault = errno
        isWritten = close(descriptor) == 0 && isWritten
        guard isWritten, rename(temporary, path) == 0 else {
            let failure = isWritten ? failure() : failure(fault)
            unlink(temporary)
            throw failure
        }
    }

    private func makeFolder() {
        var end = path.startIndex
        while let slash = path[end...].firstIndex(of: "/") {
            end = path.index(after: slash)
            if slash > path.startIndex { mkdir(String(path[..<slash]), 0o755) }
        }
    }

    private func failure(_ fault: CInt = errno) -> CommandFailure {
        CommandFailure(status: .failed, message: "cannot write \(path): \(String(cString: strerror(fault)))")
    }
}
