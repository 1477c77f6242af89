import Bytes
import Console
import Glibc

/// A file for a report: written beside its place and renamed, so that nobody reads half of it. A device or a pipe is written to.
struct ReportFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Writes `bytes`, and makes the folder if it is missing.
    ///
    /// - Throws: Exit code 3 if that fails.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        makeFolder()
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            return try write(bytes, to: path, flags: O_WRONLY)
        }
        // A link keeps its place.
        let target = path.resolvedPath ?? path
        let temporary = target + ".\(getpid()).new"
        do throws(CommandFailure) { try write(bytes, to: temporary, flags: O_WRONLY | O_CREAT | O_EXCL) } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, target) == 0 else {
            let failure = failure()
            unlink(temporary)
            throw failure
        }
    }

    private func write(_ bytes: [UInt8], to path: String, flags: CInt) throws(CommandFailure) {
        let fault = Self.write(bytes, to: path, flags: flags)
        if fault != 0 { throw failure(fault) }
    }

    /// Opens the file at `path` with `flags` and writes `bytes`; returns 0, or the errno of the call that failed.
    static func write(_ bytes: [UInt8], to path: String, flags: CInt) -> CInt {
        let descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return errno }
        let fault = DescriptorIO.write(bytes, to: descriptor)
        // A file system may say only now that it is full.
        return close(descriptor) != 0 && fault == 0 ? errno : fault
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
