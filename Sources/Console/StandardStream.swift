import Glibc

/// Standard output or standard error, unbuffered: a line has been written when the call returns.
public enum StandardStream: Int32, Sendable {
    /// For results.
    case output = 1
    /// For messages, progress and the log.
    case error = 2

    /// The stream's name in messages.
    public var name: String { self == .output ? "standard output" : "standard error" }

    /// Writes `text` and a newline, in one write if the system allows. Errors are ignored: this is for messages, not results.
    public func line(_ text: String) { self.text(text + "\n") }

    /// Writes `text` unchanged. Errors are ignored.
    public func text(_ text: String) { _ = write(Array(text.utf8)) }

    /// Writes a result.
    ///
    /// - Throws: Exit code 3 if it cannot be written, for example to a full disk. A closed pipe is not an error.
    public func deliver(_ text: String) throws(CommandFailure) {
        if let failure = failure(of: write(Array(text.utf8)).fault) { throw failure }
    }

    /// Writes a result and a newline; see `deliver`.
    public func deliverLine(_ text: String) throws(CommandFailure) { try deliver(text + "\n") }

    /// The failure of a command that could not write its result because of the errno `fault`; nil for 0 and EPIPE.
    public func failure(of fault: CInt) -> CommandFailure? {
        if fault == 0 || fault == EPIPE { return nil }
        return CommandFailure(
            status: .failed, message: "cannot write to \(name): \(String(cString: strerror(fault)))")
    }

    /// Writes `bytes` and blocks until all are written; returns their number, and the errno of a failed write or 0.
    ///
    /// Also blocks if another process has made the stream non-blocking.
    public func write(_ bytes: [UInt8]) -> (count: Int, fault: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var poll = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = Glibc.poll(&poll, 1, -1)
            } else if errno != EINTR {
                return (bytes.count - rest.count, errno)
            }
        }
        return (bytes.count, 0)
    }

    /// Keeps the descriptor numbers of closed standard streams from being assigned to files or sockets, which would then
    /// receive the output.
    ///
    /// Opens /dev/null for the opposite direction in their place, which fails like a closed descriptor. Must be called before
    /// anything else is opened.
    public static func reserveClosed() {
        for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(number, F_GETFD) == -1 {
            // Gets the lowest free number, which is this one. Without /dev/null nothing changes.
            _ = open("/dev/null", mode)
        }
    }
}
