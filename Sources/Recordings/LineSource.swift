import Glibc

/// Lines, in blocks of whole ones.
protocol LineSource: AnyObject {
    /// At least one line, each with its newline; nil behind the last one.
    func next() throws(RecordingFault) -> [UInt8]?
}

/// How lines are put together.
struct LineLimits {
    /// Longest line. One that is longer is cut to a byte more, so that who reads it sees that it is too long.
    let lineBytes: Int
    /// How much is read at a time.
    let blockBytes: Int

    /// What is kept of a line at most, without its newline.
    var keptBytes: Int { lineBytes + 1 }
}
