import Glibc

/// A source of lines, in blocks of complete lines.
protocol LineSource: AnyObject {
    /// The next lines, at least one, each with its newline; nil at the end.
    func next() throws(RecordingFault) -> [UInt8]?
}

/// The limits for splitting lines.
struct LineLimits {
    /// Maximum length of a line. A longer line is truncated to one byte more, so that its reader notices.
    let lineBytes: Int
    /// Number of bytes read at a time.
    let blockBytes: Int

    /// Maximum number of bytes kept of a line, without its newline.
    var keptBytes: Int { lineBytes + 1 }
}
