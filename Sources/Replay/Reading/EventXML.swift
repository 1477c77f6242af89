import CExpat
import Glibc
import JSON

/// Reads the XML of one event with expat, and writes it as the JSON that `evtx_dump` writes.
///
/// Only what a record of an event needs: the members of `System`, the `Data` of `EventData`, and the rendered message. A document
/// type, with which entities could be declared, is refused. One thread at a time may use it.
final class EventXML {
    /// The part of an event that an element belongs to.
    private enum Part {
        case none, system, data, rendering
    }

    private let parser: XML_Parser?
    private var part = Part.none
    /// The name of the member that the current element is the value of.
    private var member: [UInt8]?
    private var text: [UInt8] = []
    private var system = Members()
    private var data = Members()
    private var top = Members()
    private var hasEvent = false

    init() { parser = XML_ParserCreate("UTF-8") }

    deinit { XML_ParserFree(parser) }

    /// The JSON of the event in `xml`, which is one element.
    ///
    /// - Throws: One fault: not XML, or not an event.
    func json(of xml: UnsafeRawBufferPointer) throws(JSONFaults) -> [UInt8] {
        begin()
        let start = xml.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard XML_Parse(parser, start, Int32(clamping: xml.count), 1) == XML_STATUS_OK else {
            let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown error"
            throw JSONFaults(detail: "not XML: \(words) at byte \(max(0, XML_GetCurrentByteIndex(parser)))")
        }
        guard hasEvent else { throw JSONFaults(detail: "an element of XML that is not an event") }
        top.add("System", system)
        top.add("EventData", data)
        return top.object
    }

    /// The same for a text that need not be kept.
    func json(of xml: [UInt8]) throws(JSONFaults) -> [UInt8] {
        let result = xml.withUnsafeBytes { bytes in Result { () throws(JSONFaults) in try json(of: bytes) } }
        return try result.get()
    }

    private func begin() {
        XML_ParserReset(parser, "UTF-8")
        (part, member, hasEvent) = (.none, nil, false)
        (system, data, top) = (Members(), Members(), Members())
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { user, name, attributes in
                guard let name, let attributes else { return }
                EventXML.from(user)?.open(LocalName(name), Attributes(attributes))
            },
            { user, name in
                guard let name else { return }
                EventXML.from(user)?.close(LocalName(name))
            })
        XML_SetCharacterDataHandler(parser) { user, bytes, count in
            guard let reader = EventXML.from(user), reader.member != nil, let bytes else { return }
            let piece = UnsafeRawBufferPointer(start: bytes, count: Int(count))
            reader.text.append(contentsOf: piece)
        }
        XML_SetStartDoctypeDeclHandler(parser) { user, _, _, _, _ in
            guard let reader = EventXML.from(user) else { return }
            XML_StopParser(reader.parser, XML_Bool(0))
        }
    }

    private static func from(_ user: UnsafeMutableRawPointer?) -> EventXML? {
        user.map { Unmanaged<EventXML>.fromOpaque($0).takeUnretainedValue() }
    }

    private func open(_ name: LocalName, _ attributes: Attributes) {
        switch (part, name) {
        case (.none, "System"): (part, hasEvent) = (.system, true)
        case (.none, "EventData"): (part, hasEvent) = (.data, true)
        case (.none, "UserData"): (part, hasEvent) = (.data, true)
        case (.none, "RenderingInfo"): part = .rendering
        case (.system, "Provider"): attributes["Name"].map { system.add(Array("Provider".utf8), $0) }
        case (.system, "TimeCreated"): attributes["SystemTime"].map { system.add(Array("SystemTime".utf8), $0) }
        case (.system, "EventID"), (.system, "Channel"), (.system, "Computer"): beginValue(name.bytes)
        case (.data, "Data"): if let name = attributes["Name"] { beginValue(name) }
        case (.rendering, "Message"): beginValue(name.bytes)
        default: break
        }
    }

    private func beginValue(_ name: [UInt8]) {
        member = name
        text.removeAll(keepingCapacity: true)
    }

    private func close(_ name: LocalName) {
        if let member {
            switch part {
            case .system: system.add(member, text)
            case .data: data.add(member, text)
            case .rendering: top.add(member, text)
            case .none: break
            }
            self.member = nil
        } else if name == "System" || name == "EventData" || name == "UserData" || name == "RenderingInfo" {
            part = .none
        }
    }
}

/// The name of an element without the prefix of a namespace.
private struct LocalName {
    let name: UnsafePointer<CChar>

    init(_ name: UnsafePointer<CChar>) {
        var (start, next) = (name, name)
        while next.pointee != 0 {
            if next.pointee == CChar(UInt8(ascii: ":")) { start = next + 1 }
            next += 1
        }
        self.name = start
    }

    var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: name, count: strlen(name))) }

    static func ~= (other: StaticString, name: LocalName) -> Bool { name == other }
    static func == (name: LocalName, other: StaticString) -> Bool {
        strcmp(name.name, UnsafeRawPointer(other.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
    }
}

/// The attributes of an element: names and values in turn, with NULL at the end.
private struct Attributes {
    let list: UnsafeMutablePointer<UnsafePointer<CChar>?>

    init(_ list: UnsafeMutablePointer<UnsafePointer<CChar>?>) { self.list = list }

    subscript(name: StaticString) -> [UInt8]? {
        var pair = list
        while let key = pair[0], let value = pair[1] {
            if LocalName(key) == name { return Array(UnsafeRawBufferPointer(start: value, count: strlen(value))) }
            pair += 2
        }
        return nil
    }
}

/// The members of an object, as JSON.
private struct Members {
    private(set) var text: [UInt8] = []

    mutating func add(_ name: [UInt8], _ value: [UInt8]) {
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        quote(name)
        text.append(UInt8(ascii: ":"))
        quote(value)
    }

    mutating func add(_ name: StaticString, _ members: Members) {
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        name.withUTF8Buffer { quote(Array($0)) }
        text.append(UInt8(ascii: ":"))
        text += members.object
    }

    /// The object that has these members.
    var object: [UInt8] { [UInt8(ascii: "{")] + text + [UInt8(ascii: "}")] }

    /// Only these characters of XML need an escape.
    private mutating func quote(_ bytes: [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): text += "\\n".utf8
            case UInt8(ascii: "\r"): text += "\\r".utf8
            case UInt8(ascii: "\t"): text += "\\t".utf8
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
