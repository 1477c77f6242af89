import Bytes
import JSON

/// The object of a record that names its channel or its provider, with the objects around it.
struct EventHeader {
    /// The object itself.
    let record: Record
    /// The objects around it, from the inside; at most three.
    private var around: (Record?, Record?, Record?)
    /// The channel, or else the provider.
    let channel: RecordValue?
    /// Which log they name.
    let log: EventRecord.Log
    /// Whether the spelling is one of the usual ones, so that names need not be compared without case.
    let isUsual: Bool

    /// The object around `winlog`, to which modules of Beats and Elastic Agent move fields.
    var ecs: Record? { isInWinlog ? around.0 : nil }
    private let isInWinlog: Bool

    /// How deep a header may be.
    private static let maxDepth = 6

    /// Finds the header in `top`; nil if there is none.
    init?(_ top: Record, parsedBy parsers: RecordParsers) {
        if let channel = top["Channel"], channel.kind == .string {
            self.init(top, (nil, nil, nil), channel, isUsual: true)
        } else if let winlog = top["winlog"]?.object, let channel = winlog["channel"] {
            self.init(winlog, (top, nil, nil), channel, isUsual: true, isInWinlog: true)
        } else if let event = top["Event"]?.object, let system = event["System"]?.object,
            let channel = system["Channel"]
        {
            self.init(system, (event, top, nil), channel, isUsual: true)
        } else if let found = EventHeader.search(top, (nil, nil, nil), parsers, depth: 0, byProvider: false) {
            self = found
        } else if parsers.reuse(),
            let found = EventHeader.search(top, (nil, nil, nil), parsers, depth: 0, byProvider: true)
        {
            self = found
        } else {
            return nil
        }
    }

    private init(
        _ record: Record, _ around: (Record?, Record?, Record?), _ channel: RecordValue?, isUsual: Bool,
        isInWinlog: Bool = false
    ) {
        self.record = record
        self.around = around
        self.channel = channel
        self.isUsual = isUsual
        self.isInWinlog = isInWinlog
        log = EventHeader.log(of: record, channel)
    }

    /// The first value under one of `names`, in the object itself or around it.
    func first(of names: [StaticString]) -> RecordValue? {
        record.first(of: names) ?? around.0?.first(of: names) ?? around.1?.first(of: names)
            ?? around.2?.first(of: names)
    }

    /// What carries the fields of the event, and whether its name is a usual one.
    var payload: (RecordValue, isExact: Bool)? {
        for scope in [record, around.0, around.1] {
            guard let scope else { break }
            for (index, name) in EventNames.payloads.enumerated() {
                if let value = scope[name], !value.isNull { return (value, index < 2) }
            }
        }
        return nil
    }

    /// Whether no object is around it.
    var isOutermost: Bool { around.0 == nil }

    /// The rendered message.
    var message: RecordValue? { first(of: EventNames.messages) }

    /// Whether the fields are members of the object itself.
    var isFlat: Bool { record.first(of: EventNames.fields) != nil }

    // MARK: Search

    /// Searches for an object that names a channel or, with `byProvider`, a provider; outer ones first.
    private static func search(
        _ record: Record, _ around: (Record?, Record?, Record?), _ parsers: RecordParsers, depth: Int, byProvider: Bool
    ) -> EventHeader? {
        if let text = record["_raw"] ?? record["raw"], let found = search(text, parsers, depth, byProvider) {
            return found
        }
        if let name = byProvider ? record.provider : record.first(of: EventNames.channels), name.kind == .string,
            record.first(of: EventNames.ids) != nil || name.saysSysmon
        {
            let isInWinlog = around.0?["winlog"]?.object?.isSame(as: record) ?? false
            return EventHeader(record, around, name, isUsual: false, isInWinlog: isInWinlog)
        }
        guard depth < maxDepth else { return nil }
        var found: EventHeader?
        _ = record.first { name, value in
            if EventNames.isForeign(name) { return false }
            if let object = value.object {
                if let values = object["kvlistValue"] {
                    found = parsers.record(ofAnyValue: values).flatMap {
                        search($0, (nil, nil, nil), parsers, depth: depth + 1, byProvider: byProvider)
                    }
                } else {
                    found = search(
                        object, (record, around.0, around.1), parsers, depth: depth + 1, byProvider: byProvider)
                }
            } else if value.kind == .string {
                found = search(value, parsers, depth, byProvider)
            }
            return found != nil
        }
        return found
    }

    /// Searches in a record that is written in a string.
    private static func search(
        _ text: RecordValue, _ parsers: RecordParsers, _ depth: Int, _ byProvider: Bool
    ) -> EventHeader? {
        guard depth < maxDepth, let isMarkup = text.beginsRecord, parsers.hasNext else { return nil }
        return parsers.notes.countingRepairs {
            (try? parsers.record(in: text, isMarkup: isMarkup)).flatMap {
                search($0, (nil, nil, nil), parsers, depth: depth + 1, byProvider: byProvider)
            }
        }
    }

    private static func log(of record: Record, _ channel: RecordValue?) -> EventRecord.Log {
        if channel?.isText("Microsoft-Windows-Sysmon/Operational", ignoringCase: true) == true { return .sysmon }
        if channel?.saysSysmon == true || record.provider?.saysSysmon == true { return .sysmon }
        return channel?.isText("Security", ignoringCase: true) == true ? .security : .other
    }
}

extension EventNames {
    private static let notSearched = payloads + foreign

    /// Whether a member of this name must not be searched for a header.
    fileprivate static func isForeign(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        notSearched.contains { other in
            name.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
        }
    }
}

extension Record {
    /// The name of the provider.
    fileprivate var provider: RecordValue? {
        guard let provider = first(of: EventNames.providers) else { return nil }
        guard let object = provider.object else { return provider }
        return object["Name"] ?? object["@Name"] ?? object["name"] ?? object["#attributes"]?.object?["Name"]
    }
}

extension RecordValue {
    /// Whether the text names Sysmon's provider or its channel, alone or behind the kind of a source.
    fileprivate var saysSysmon: Bool {
        withUTF8 { text in
            let (provider, log): (StaticString, StaticString) = ("microsoft-windows-sysmon", "operational")
            let isChannel = text.span.extracting(last: log.utf8CodeUnitCount).equalsIgnoringCase(log)
            // With the character between both names.
            return text.span.extracting(droppingLast: isChannel ? log.utf8CodeUnitCount + 1 : 0)
                .extracting(last: provider.utf8CodeUnitCount).equalsIgnoringCase(provider)
        } ?? false
    }
}
