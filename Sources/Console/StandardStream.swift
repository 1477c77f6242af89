import Glibc

/// Standard output or standard error, written without a buffer: a line is there when the call returns.
public enum StandardStream: Int32, Sendable {
    /// For results.
    case output = 1
    /// For messages, progress and the log.
    case error = 2

    /// How it is called in messages.
    public var name: String { self == .output ? "standard output" : "standard error" }

    /// Writes `text` and the end of the line, in one piece up to what the system takes. A write that fails is not reported:
    /// for messages beside the result.
    public func line(_ text: String) { self.text(text + "\n") }

    /// Writes `text` as it is, as far as that goes.
    public func text(_ text: String) { _ = write(Array(text.utf8)) }

    /// Writes a result, which somebody waits for.
    ///
    /// - Throws: exit code 3 when it could not be written, as to a full disk. A reader that has gone is not our fault.
    public func deliver(_ text: String) throws(CommandFailure) {
        if let failure = failure(of: write(Array(text.utf8)).fault) { throw failure }
    }

    /// Writes a result and the end of the line; see `deliver`.
    public func deliverLine(_ text: String) throws(CommandFailure) { try deliver(text + "\n") }

    /// The failure of a command that could not write its result because of `fault`, an errno; nil for 0 and for EPIPE.
    public func failure(of fault: CInt) -> CommandFailure? {
        if fault == 0 || fault == EPIPE { return nil }
        return CommandFailure(
            status: .failed, message: "cannot write to \(name): \(String(cString: strerror(fault)))")
    }

    /// Writes `bytes` and blocks until the system has taken all of them: how many it took, and the error that ended it, or 0.
    ///
    /// Whoever shares the stream may have made it non-blocking; it is waited for then as well.
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

    /// Keeps the numbers of standard streams that are closed from going to files or sockets, which would then be written to.
    ///
    /// Each gets a descriptor that fails as a closed one does: /dev/null, opened for the other direction. To be called before
    /// anything is opened.
    public static func reserveClosed() {
        for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(number, F_GETFD) == -1 {
            // It gets the lowest number that is free, which is this one. Without /dev/null all stays as it was.
            _ = open("/dev/null", mode)
        }
    }
}
