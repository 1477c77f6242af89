import Glibc

/// Standard output or standard error, written without a buffer: a line is there when the call returns.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes `text` and the end of the line, in one piece up to what the system takes.
    func line(_ text: String) { self.text(text + "\n") }

    /// Writes `text` as it is.
    ///
    /// Whoever reads may have gone; that is no fault of the program.
    func text(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(rawValue, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
        }
    }
}
