import JSON

/// Reads lines one by one, with buffers that it reuses. It does not know processes, so lines can be read before earlier
/// events are applied, and on several threads with one reader each.
struct LineReader {
    private let format: EventFeed.Options.Format
    private let parser: RecordParser
    /// Parses JSON inside a string of a record.
    private let inner: RecordParser
    private let maxLineBytes: Int
    /// The number of faulty lines that may still name what a misspelled name was probably meant to be.
    private var hintsLeft: Int
    private let onDeprecated: @Sendable (DeprecatedName) -> Void
    /// The machines found so far.
    private(set) var machines: MachineNames

    init(_ options: EventFeed.Options) {
        format = options.format
        maxLineBytes = options.maxLineBytes
        hintsLeft = options.maxRejectedListed
        onDeprecated = options.onDeprecated
        parser = RecordParser(maxLineBytes: options.maxLineBytes)
        inner = RecordParser(maxLineBytes: options.maxLineBytes)
        machines = MachineNames(chosen: options.machine)
    }

    /// Reads a line.
    mutating func read(_ line: LineSplitter.Line) -> LineReading {
        switch line {
        case .inPlace(let bytes): read(bytes)
        case .joined(let bytes): bytes.withUnsafeBytes { read($0) }
        case .tooLong: .fault(.tooLong(maxBytes: maxLineBytes), machine: nil)
        }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> LineReading {
        if bytes.isBlank { return .blank(lines: 1) }
        do throws(LineFault) {
            switch format {
            case .native:
                return .plan(try EventPlan(native: bytes, isHinted: hintsLeft > 0, onDeprecated: onDeprecated))
            case .sysmon:
                let record: Record
                do throws(JSONFaults) { record = try parser.parse(inPlace: bytes) } catch { throw .json(error) }
                return try read(SysmonRecord(record))
            }
        } catch {
            hintsLeft -= 1
            return .fault(error, machine: nil)
        }
    }

    private mutating func read(_ record: SysmonRecord) throws(LineFault) -> LineReading {
        guard record.isSysmon else { return .skip(.otherChannel, machine: nil) }
        guard let machine = try machines.number(of: record.machine) else { return .skip(.otherMachine, machine: nil) }
        do throws(LineFault) {
            if let type = record.eventId.flatMap(DriverEvent.init(sysmonId:)), let form = type.line.sysmon {
                let fields = try record.fields(parsedBy: inner)
                return .event(SysmonEvent(type, try form.read(fields), time: fields.time), machine: machine)
            }
            if let id = record.eventId.flatMap(SysmonMention.ID.init) {
                return .mention(try SysmonMention(id, try record.fields(parsedBy: inner)), machine: machine)
            }
            return .skip(.unmappedEvent, machine: machine)
        } catch {
            return .fault(error, machine: machine)
        }
    }
}
