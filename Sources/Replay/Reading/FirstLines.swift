import Glibc
import JSON
public import Messages

/// Reads when records happened, to find out in which order they were written and when they are due.
///
/// For one thread at a time.
public final class RecordTimes {
    private let outer = RecordParser()
    /// Parses JSON that a record has inside a string.
    private let inner = RecordParser()

    /// Ready for any record.
    public init() {}

    /// UtcTime of the record on `line`; nil for a line that is not one of Sysmon's.
    public func time(of line: UnsafeRawBufferPointer) -> FileTime? {
        // Blank lines and lines of brackets, of which there may be very many.
        guard let start = line.baseAddress, memchr(start, Int32(UInt8(ascii: "{")), line.count) != nil else {
            return nil
        }
        guard let record = (try? outer.parse(line)).map({ SysmonRecord($0) }), record.isSysmon else { return nil }
        return (try? record.fields(parsedBy: inner))?.time
    }
}

extension EventFeed.Options.Format {
    /// The format that the first recognizable line of `lines` has: a native event has a type of ours; a record of an
    /// event log has no type, or is Sysmon's. A line that is not JSON, or has another type, is passed over: it may be
    /// damaged.
    ///
    /// Nil when no line is recognizable; such lines may as well be taken for Sysmon's.
    public init?(of lines: UnsafeRawBufferPointer) {
        let parser = RecordParser()
        var splitter = LineSplitter(maxLineBytes: 1 << 20)
        var offset = 0
        while true {
            _ = splitter.skipBlankLines(in: lines, from: &offset)
            guard let line = splitter.next(in: lines, from: &offset) else { return nil }
            guard case .inPlace(let bytes) = line, let record = try? parser.parse(bytes) else { continue }
            let type = record["type"]?.asString
            if type.flatMap(DriverEvent.init(name:)) != nil {
                self = .native
                return
            }
            if type == nil || SysmonRecord(record).isSysmon {
                self = .sysmon
                return
            }
        }
    }
}
