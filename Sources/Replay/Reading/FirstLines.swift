import Bytes
import JSON
public import Messages

/// Reads the times of records, to detect the order of a recording and to schedule its events.
///
/// One thread at a time may use it.
public final class RecordTimes {
    private let outer = RecordParser()
    /// Parses JSON inside a string of a record.
    private let inner = RecordParser()

    /// A reader of times.
    public init() {}

    /// UtcTime of the record on `line`; nil if the line is not a record of Sysmon.
    public func time(of line: UnsafeRawBufferPointer) -> FileTime? {
        // Files may have very many blank lines and lines of brackets.
        guard line.offset(of: UInt8(ascii: "{")) != nil else { return nil }
        guard let record = (try? outer.parse(line)).map({ SysmonRecord($0) }), record.isSysmon else { return nil }
        return (try? record.fields(parsedBy: inner))?.time
    }
}

extension EventFeed.Options.Format {
    /// The format that the first recognizable line of `lines` has: a native event has a type of ours; a record of an
    /// event log has no type, or is Sysmon's. A line that is not JSON, or has another type, is skipped, because it may be
    /// damaged.
    ///
    /// Nil if no line is recognizable; either format then gives the same result.
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
