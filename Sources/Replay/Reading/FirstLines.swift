import Bytes
import JSON
public import Messages

/// Reads the times of records, to detect the order of a recording and to schedule its events.
///
/// One thread at a time may use it.
public final class RecordTimes {
    private let parsers = RecordParsers()

    private let includesSecurity: Bool

    /// A reader of times of Sysmon's records, or also of events 4688 and 4689. The latter are often in local time.
    public init(includesSecurity: Bool = false) { self.includesSecurity = includesSecurity }

    /// The time of the record on `line`; nil if the line is not a record that may become an event.
    public func time(of line: UnsafeRawBufferPointer) -> FileTime? {
        // Files may have very many blank lines and lines of brackets.
        guard line.offset(of: UInt8(ascii: "{")) != nil || line.first == UInt8(ascii: "<") else { return nil }
        guard let record = (try? parsers.record(of: line)).flatMap({ EventRecord($0, parsedBy: parsers) }) else {
            return nil
        }
        if includesSecurity, record.isAuditOfProcess { return record.shipperTime }
        guard record.isSysmon, let fields = try? record.fields(parsedBy: parsers) else { return nil }
        // Other records may have no UtcTime because their events have none, and local times.
        let becomesEvent = record.eventId.flatMap(DriverEvent.init(sysmonId:)) != nil
        return fields.time(orElse: becomesEvent ? record.shipperTime : nil)
    }
}

extension EventFeed.Options.Format {
    /// The format that the first recognizable line of `lines` has: a native event has a type of ours; a record of an
    /// event log has no type, or is Sysmon's. A line that is not JSON, or has another type, is skipped, because it may be
    /// damaged.
    ///
    /// Nil if no line is recognizable; either format then gives the same result.
    public init?(of lines: UnsafeRawBufferPointer) {
        let parsers = RecordParsers()
        var splitter = LineSplitter(maxLineBytes: 1 << 20)
        var offset = 0
        while true {
            _ = splitter.skipBlankLines(in: lines, from: &offset)
            guard let line = splitter.next(in: lines, from: &offset) else { return nil }
            guard case .inPlace(let bytes) = line, let record = try? parsers.record(of: bytes) else { continue }
            let type = record["type"]?.asString
            if type.flatMap(DriverEvent.init(name:)) != nil {
                self = .native
                return
            }
            if type == nil || EventRecord(record, parsedBy: parsers)?.isSysmon == true {
                self = .sysmon
                return
            }
        }
    }
}
