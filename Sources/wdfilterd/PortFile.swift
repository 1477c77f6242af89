import Bytes
import Console
import Glibc
import MicroHTTPD

/// The file of `--port-file`, which contains the TCP port as one line. It is written atomically.
struct PortFile {
    private let path: String

    /// Creates a port file at `path`, which need not exist yet.
    ///
    /// - Throws: Exit code 2 if `path` exists and is not a regular file: a link, a device, a pipe or a folder.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        try check()
    }

    /// Writes the port of `address` to a temporary file and renames that to `path`.
    func write(_ address: ListeningAddress) throws(CommandFailure) {
        guard case .tcp(_, let port) = address else {
            throw CommandFailure(status: .usage, message: "--port-file: a unix domain socket has no port")
        }
        try check()
        // The name is unpredictable, so nobody can plant a link there; O_EXCL would refuse one anyway.
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let temporary = "\(folder).wdfilterd-\(UInt64.random(in: 0 ... .max).hexDigits())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw cannotWrite(errno) }
        var fault = PortFile.fill(descriptor, "\(port)\n")
        if close(descriptor) != 0, fault == 0 { fault = errno }
        if fault == 0, rename(temporary, path) != 0 { fault = errno }
        guard fault == 0 else {
            unlink(temporary)
            throw cannotWrite(fault)
        }
    }

    /// Refuses a path that exists and is not a regular file.
    private func check() throws(CommandFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw cannotWrite(errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CommandFailure(status: .usage, message: "--port-file: \(path) exists and is not a regular file")
        }
    }

    /// Writes `text`; returns the errno, or 0.
    private static func fill(_ descriptor: Int32, _ text: String) -> CInt {
        DescriptorIO.write(Array(text.utf8), to: descriptor)
    }

    private func cannotWrite(_ fault: CInt) -> CommandFailure {
        CommandFailure(
            status: .failed, message: "--port-file: cannot write \(path): \(String(cString: strerror(fault)))")
    }
}
