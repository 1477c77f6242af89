import JSON
public import Messages

extension FileTime {
    /// UtcTime of the record on `line`, for finding out in which order records lie; nil for a line that is none of
    /// Sysmon's.
    public init?(ofRecord line: UnsafeRawBufferPointer) {
        let (outer, inner) = (RecordParser(), RecordParser())
        guard let record = (try? outer.parse(line)).map({ SysmonRecord($0) }), record.isSysmon,
            let time = (try? record.fields(parsedBy: inner))?.time
        else { return nil }
        self = time
    }
}

extension EventFeed.Options.Format {
    /// What the first of `lines` that is not blank holds: a native event has a type; all else is taken for Sysmon's.
    public init(of lines: UnsafeRawBufferPointer) {
        var splitter = LineSplitter(maxLineBytes: 1 << 20)
        var offset = 0
        self = .sysmon
        while case .inPlace(let line) = splitter.next(in: lines, from: &offset) {
            if line.isBlank { continue }
            guard let type = (try? RecordParser().parse(line))?["type"]?.asString else { return }
            if EventType(rawValue: type) != nil { self = .native }
            return
        }
    }
}
