import Bytes
import JSON
import Messages
import RecordText

/// Reads lines one by one, with buffers that it reuses. It does not know processes, so lines can be read before earlier
/// events are applied, and on several threads with one reader each.
struct LineReader {
    private let format: EventFeed.Options.Format
    private let parsers: RecordParsers
    private let maxLineBytes: Int
    private let includesSecurity: Bool
    /// The number of faulty lines that may still name what a misspelled name was probably meant to be.
    private var hintsLeft: Int
    private let onDeprecated: @Sendable (DeprecatedName) -> Void
    /// The machines found so far.
    private(set) var machines: MachineNames
    /// The channels found so far whose records are not read.
    private(set) var channels = ChannelNames()

    init(_ options: EventFeed.Options) {
        format = options.format
        maxLineBytes = options.maxLineBytes
        includesSecurity = options.includesSecurity
        hintsLeft = options.maxRejectedListed
        onDeprecated = options.onDeprecated
        parsers = RecordParsers(maxLineBytes: options.maxLineBytes)
        machines = MachineNames(chosen: options.machine)
    }

    /// Reads a line, and appends what is on it to `readings`.
    mutating func read(_ line: LineSplitter.Line, into readings: inout [LineReading]) {
        switch line {
        case .inPlace(let bytes): read(bytes, into: &readings)
        case .joined(let bytes): bytes.withUnsafeBytes { read($0, into: &readings) }
        case .tooLong: readings.append(LineReading(content: .fault(.tooLong(maxBytes: maxLineBytes), machine: nil)))
        }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer, into readings: inout [LineReading]) {
        if bytes.isBlank { return readings.append(LineReading(content: .blank(lines: 1))) }
        switch format {
        case .native: readings.append(LineReading(content: native(bytes)))
        case .sysmon:
            let content = record(bytes)
            guard content.mayBeSeveral, let records = RecordFramer.records(on: bytes) else {
                return readings.append(LineReading(content: content, notes: parsers.notes.notes))
            }
            for (index, bytes) in records.enumerated() {
                let content = bytes.withUnsafeBytes { record($0) }
                readings.append(
                    LineReading(content: content, notes: parsers.notes.notes, isOnSameLine: index > 0))
            }
        }
    }

    private mutating func native(_ bytes: UnsafeRawBufferPointer) -> LineReading.Content {
        do throws(LineFault) {
            return .plan(try EventPlan(native: bytes, isHinted: hintsLeft > 0, onDeprecated: onDeprecated))
        } catch {
            hintsLeft -= 1
            return .fault(error, machine: nil)
        }
    }

    private mutating func record(_ bytes: UnsafeRawBufferPointer) -> LineReading.Content {
        let record: Record
        do throws(JSONFaults) { record = try parsers.record(of: bytes) } catch {
            return .fault(.json(error), machine: nil)
        }
        guard let record = EventRecord(record, parsedBy: parsers) else {
            return .skip(.unknownShape, machine: nil)
        }
        guard record.isSysmon || includesSecurity && record.isAuditOfProcess else {
            let channel = record.channel?.withUTF8 { parsers.notes.text($0).text }
            return .otherChannel(channels.number(of: channel))
        }
        let machine: Int
        do throws(LineFault) {
            guard let number = try machines.number(of: record.machine, parsers.notes) else {
                return .skip(.otherMachine, machine: nil)
            }
            machine = number
        } catch { return .fault(error, machine: nil) }
        do throws(LineFault) { return try event(record, of: machine) } catch { return .fault(error, machine: machine) }
    }

    private mutating func event(_ record: EventRecord, of machine: Int) throws(LineFault) -> LineReading.Content {
        guard record.isSysmon else {
            parsers.notes.notes.insert(.audit)
            return .event(try SysmonEvent(auditedBy: record, parsedBy: parsers), machine: machine)
        }
        if record.lacksEventId { throw .member("EventID", .missing) }
        guard let id = record.eventId else { return .skip(.unmappedEvent, machine: machine) }
        if let type = DriverEvent(sysmonId: id), let form = type.line.sysmon {
            let fields = try record.fields(parsedBy: parsers)
            let content = try form.read(fields)
            return .event(SysmonEvent(type, content, time: fields.time(orElse: record.shipperTime)), machine: machine)
        }
        if let id = SysmonMention.ID(rawValue: id) {
            return .mention(try SysmonMention(id, try record.fields(parsedBy: parsers)), machine: machine)
        }
        return .skip(.unmappedEvent, machine: machine)
    }
}

extension LineReading.Content {
    /// Whether the line may have several records, or be the answer of a service that has some.
    fileprivate var mayBeSeveral: Bool {
        switch self {
        case .fault(.json, _), .skip(.unknownShape, _): true
        default: false
        }
    }
}

extension RecordFramer {
    /// The records on a line; nil if it is itself the only one.
    fileprivate static func records(on line: UnsafeRawBufferPointer) -> [ArraySlice<UInt8>]? {
        let records = RecordFramer.framed(line).split(separator: .newline)
        if records.count == 1, records[0].count == line.count { return nil }
        return records.isEmpty ? nil : records
    }
}
