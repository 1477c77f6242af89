import Glibc

/// Standard output or standard error, written without a buffer: a line is there when the call returns.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes `text` and the end of the line, in one piece up to what the system takes.
    func line(_ text: String) { self.text(text + "\n") }

    /// Writes `text` as it is, as far as that goes.
    func text(_ text: String) { _ = write(text) }

    /// Writes a result, which somebody waits for.
    ///
    /// Whoever reads may have gone; that is no fault of the program. A full disk is.
    func deliver(_ text: String) throws(CommandFailure) {
        let fault = write(text)
        if fault == 0 || fault == EPIPE { return }
        throw CommandFailure(
            status: .failed, message: "cannot write to standard output: \(String(cString: strerror(fault)))")
    }

    /// Writes `text`; the system's error, or 0.
    private func write(_ text: String) -> CInt {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
        }
        return 0
    }
}
