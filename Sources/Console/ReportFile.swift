import Bytes
import Glibc

/// A file for a report: written beside its place and renamed, so that nobody reads half of it. A device or a pipe is written to.
public struct ReportFile {
    private let path: String

    /// The file at `path`, which need not exist.
    public init(_ path: String) { self.path = path }

    /// Writes `bytes`, and makes the folder if it is missing.
    ///
    /// - Throws: Exit code 3 if that fails.
    public func write(_ bytes: [UInt8]) throws(CommandFailure) {
        let draft = try begin()
        try draft.write(bytes)
        try draft.finish()
    }

    /// Begins a file of any length, and makes the folder if it is missing.
    ///
    /// - Throws: Exit code 3 if that fails.
    public func begin() throws(CommandFailure) -> Draft {
        makeFolder()
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            return try Draft(self, at: path, flags: O_WRONLY, target: nil)
        }
        // A link keeps its place.
        let target = path.resolvedPath ?? path
        // By chance, because a process that was killed leaves its draft, and the next one may have its number.
        let draft = target + ".\(UInt32.random(in: 0 ... .max)).new"
        return try Draft(self, at: draft, flags: O_WRONLY | O_CREAT | O_EXCL, target: target)
    }

    /// Opens the file at `path` with `flags` and writes `bytes`; returns 0, or the errno of the call that failed.
    public static func write(_ bytes: [UInt8], to path: String, flags: CInt) -> CInt {
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

    fileprivate func failure(_ fault: CInt) -> CommandFailure {
        CommandFailure(status: .failed, message: "cannot write \(path): \(String(cString: strerror(fault)))")
    }

    /// A file that is being written. It gets its name from `finish`; without that, it is removed.
    public final class Draft {
        private let file: ReportFile
        private let path: String
        private let target: String?
        /// -1 once it is closed.
        private var descriptor: CInt

        fileprivate init(_ file: ReportFile, at path: String, flags: CInt, target: String?) throws(CommandFailure) {
            (self.file, self.path, self.target) = (file, path, target)
            descriptor = open(path, flags | O_CLOEXEC, 0o644)
            if descriptor < 0 { throw file.failure(errno) }
        }

        deinit { discard() }

        /// Appends `bytes`.
        ///
        /// - Throws: Exit code 3 if that fails.
        public func write(_ bytes: [UInt8]) throws(CommandFailure) {
            let fault = DescriptorIO.write(bytes, to: descriptor)
            if fault != 0 { throw file.failure(fault) }
        }

        /// Closes the file and gives it its name. Must be called once, and last.
        ///
        /// - Throws: Exit code 3 if that fails.
        public func finish() throws(CommandFailure) {
            defer { descriptor = -1 }
            // A file system may say only now that it is full.
            if close(descriptor) == 0, target.map({ rename(path, $0) == 0 }) ?? true { return }
            let failure = file.failure(errno)
            remove()
            throw failure
        }

        /// Closes the file and removes it, unless it is finished.
        public func discard() {
            guard descriptor >= 0 else { return }
            close(descriptor)
            descriptor = -1
            remove()
        }

        private func remove() {
            if target != nil { unlink(path) }
        }
    }
}
