import Bytes
import Console
import Glibc

/// Standard input that can be read more than once.
enum SeekableInput {
    /// Replaces standard input by a copy in an unnamed temporary file, unless it is a file already.
    ///
    /// - Throws: Exit code 3 if the copy cannot be written, 2 if standard input cannot be read.
    static func prepare() throws(CommandFailure) {
        var status = stat()
        if fstat(STDIN_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return }
        let folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var path = Array("\(folder)/wdfilterd-XXXXXX".utf8CString)
        let copy = mkstemp(&path)
        guard copy >= 0 else { throw failure("cannot create a temporary file in \(folder)") }
        unlink(path)
        _ = fcntl(copy, F_SETFD, FD_CLOEXEC)
        defer { close(copy) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = buffer.withUnsafeMutableBytes { DescriptorIO.read(STDIN_FILENO, into: $0) }
            if count == 0 { break }
            guard count > 0 else {
                throw CommandFailure(
                    status: .usage, message: "standard input: cannot be read: \(String(cString: strerror(errno)))")
            }
            let fault = DescriptorIO.write(Array(buffer[..<count]), to: copy)
            if fault != 0 {
                errno = fault
                throw failure("cannot write the temporary file in \(folder)")
            }
        }
        guard lseek(copy, 0, SEEK_SET) == 0, dup2(copy, STDIN_FILENO) == STDIN_FILENO else {
            throw failure("cannot read the temporary file in \(folder)")
        }
    }

    private static func failure(_ attempt: String) -> CommandFailure {
        CommandFailure(status: .failed, message: "\(attempt): \(String(cString: strerror(errno)))")
    }
}
