import Glibc

/// Standard output or standard error, written without a buffer: a line is there when the call returns.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes `text` and the end of the line, in one piece up to what the system takes.
    ///
    /// Whoever reads may have gone; that is no fault of the program.
    func line(_ text: String) {
        var bytes = Array(text.utf8)
        bytes.append(UInt8(ascii: "\n"))
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(rawValue, $0.baseAddress, $0.count) }
            if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
        }
    }
}
