/// Finds the lines of an upload that cannot be read. It applies none of them.
///
/// One thread at a time may use it.
public final class LineCheck {
    /// The lines that cannot be read.
    public struct Faults: Sendable {
        /// The first ones.
        public internal(set) var listed: [RejectedLine] = []
        /// The number of all of them.
        public internal(set) var count = 0
    }

    /// The largest number of lines that are listed, and of bytes in their details.
    private static let most = (lines: 1000, bytes: 256 << 10)

    private let lines: ReadAhead
    private var faults = Faults()
    private var lineNumber = 0
    private var detailBytes = 0

    /// A check for lines that a feed with the same options will get.
    public init(_ options: EventFeed.Options) {
        var options = options
        options.onDeprecated = { _ in }  // the feed reports them
        lines = ReadAhead(options)
    }

    /// Reads the lines that end in `bytes`, and keeps an unfinished one for the next piece.
    public func read(_ bytes: [UInt8]) { bytes.withUnsafeBytes { take(lines.read(piece: $0)) } }

    /// Reads the last line, if it has no newline, and returns the faults of all lines.
    public func finish() -> Faults {
        take(lines.finish())
        return faults
    }

    private func take(_ read: ReadLines) {
        for reading in read.lines {
            if case .blank(let count) = reading.content {
                lineNumber += count
                continue
            }
            if !reading.isOnSameLine { lineNumber += 1 }
            // The feed applies one machine: that of the options, or else the first one. Other machines' lines are skipped.
            guard case .fault(let fault, let machine) = reading.content, (machine ?? 0) == 0 else { continue }
            add(fault)
        }
    }

    private func add(_ fault: LineFault) {
        faults.count += 1
        guard faults.listed.count < Self.most.lines, detailBytes < Self.most.bytes else { return }
        let line = RejectedLine(part: nil, line: lineNumber, detail: fault.detail)
        detailBytes += line.detail.utf8.count
        faults.listed.append(line)
    }
}
