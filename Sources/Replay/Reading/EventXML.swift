import CExpat
import Glibc
import JSON

/// Reads the XML of events with expat, and writes each as the JSON that `evtx_dump` writes.
///
/// Only what a record of an event needs: the members of `System`, the `Data` of `EventData`, and the rendered message. The events are
/// elements of one document, so that expat keeps the names that it has seen; it begins another one after a fault, and before its
/// memory grows. A document type, with which entities could be declared, cannot stand within a document. One thread at a time may
/// use it.
final class EventXML {
    /// The part of an event that an element belongs to.
    private enum Part {
        case none, system, data, rendering
    }

    private let parser: XML_Parser?
    private var part = Part.none
    /// The depth of the element that is the part.
    private var partDepth = 0
    /// The depth of the element whose text is the value of a member; nil outside of one.
    private var valueDepth: Int?
    private var system = Members()
    private var data = Members()
    private var message = Members()
    private var hasEvent = false
    /// The number of elements that are not in another one.
    private var count = 0
    /// The number of open elements within the document.
    private var depth = 0
    /// The bytes of the document so far; nil if there is none.
    private var size: Int?

    /// An element behind an event: if it is not found, it is in a comment or a section of the event.
    private static let probe: StaticString = "<e/>"
    /// The size at which another document begins.
    private static let maxSize = 4 << 20

    init() { parser = XML_ParserCreate("UTF-8") }

    deinit { XML_ParserFree(parser) }

    /// The JSON of the event in `xml`, which is one element.
    ///
    /// - Throws: One fault: not XML, or not an event.
    func json(of xml: UnsafeRawBufferPointer) throws(JSONFaults) -> [UInt8] {
        let before = begin()
        let trimmed = xml.withoutTrailingBlanks
        let text = trimmed.withoutDeclaration
        let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard XML_Parse(parser, start, Int32(clamping: text.count), 0) == XML_STATUS_OK else {
            size = nil
            let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown error"
            let place = max(0, Int(XML_GetCurrentByteIndex(parser)) - before) + trimmed.count - text.count
            throw JSONFaults(detail: "not XML: \(words) at byte \(place)")
        }
        let elements = count
        guard depth == 0, parse(EventXML.probe), count == elements + 1 else {
            size = nil
            throw JSONFaults(detail: "not XML: an element or a comment is not closed")
        }
        size = before + text.count + EventXML.probe.utf8CodeUnitCount
        guard elements == 1 else { throw JSONFaults(detail: "\(elements) elements of XML, not one") }
        guard hasEvent else { throw JSONFaults(detail: "an element of XML that is not an event") }
        var json: [UInt8] = []
        json.reserveCapacity(system.text.count + data.text.count + message.text.count + 64)
        json += #"{"System":{"#.utf8
        json += system.text
        json += #"},"EventData":{"#.utf8
        json += data.text
        json.append(UInt8(ascii: "}"))
        if !message.text.isEmpty {
            json.append(UInt8(ascii: ","))
            json += message.text
        }
        json.append(UInt8(ascii: "}"))
        return json
    }

    /// The same for a text that need not be kept.
    func json(of xml: [UInt8]) throws(JSONFaults) -> [UInt8] {
        let result = xml.withUnsafeBytes { bytes in Result { () throws(JSONFaults) in try json(of: bytes) } }
        return try result.get()
    }

    /// Prepares for an event; returns the number of bytes before it in the document.
    private func begin() -> Int {
        (part, valueDepth, hasEvent, count, depth) = (.none, nil, false, 0, 0)
        system.removeAll()
        data.removeAll()
        message.removeAll()
        if let size, size < Self.maxSize { return size }
        let root: StaticString = "<r>"
        XML_ParserReset(parser, "UTF-8")
        setHandlers()
        _ = parse(root)
        (count, depth) = (0, 0)
        return root.utf8CodeUnitCount
    }

    private func parse(_ text: StaticString) -> Bool {
        let start = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
        return XML_Parse(parser, start, Int32(text.utf8CodeUnitCount), 0) == XML_STATUS_OK
    }

    private func setHandlers() {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { user, name, attributes in
                guard let user, let name, let attributes else { return }
                Unmanaged<EventXML>.fromOpaque(user)._withUnsafeGuaranteedRef {
                    $0.open(LocalName(name), Attributes(attributes))
                }
            },
            { user, _ in
                guard let user else { return }
                Unmanaged<EventXML>.fromOpaque(user)._withUnsafeGuaranteedRef { $0.close() }
            })
        XML_SetCharacterDataHandler(parser) { user, bytes, count in
            guard let user, let bytes else { return }
            Unmanaged<EventXML>.fromOpaque(user)._withUnsafeGuaranteedRef { reader in
                guard reader.valueDepth != nil else { return }
                let text = UnsafeRawBufferPointer(start: bytes, count: Int(count))
                switch reader.part {
                case .data: reader.data.append(text)
                case .system: reader.system.append(text)
                case .rendering: reader.message.append(text)
                case .none: break
                }
            }
        }
    }

    private func open(_ name: LocalName, _ attributes: Attributes) {
        if depth == 0 { count += 1 }
        depth += 1
        // The text of an element within a value is part of it.
        guard valueDepth == nil else { return }
        switch part {
        case .data:
            if name == "Data", let name = attributes["Name"] {
                valueDepth = depth
                data.begin(name)
            }
        case .system:
            if name == "EventID" || name == "Channel" || name == "Computer" {
                valueDepth = depth
                system.begin(name.bytes)
            } else if name == "Provider" {
                attributes["Name"].map { system.add("Provider", $0) }
            } else if name == "TimeCreated" {
                attributes["SystemTime"].map { system.add("SystemTime", $0) }
            }
        case .rendering:
            if name == "Message" {
                valueDepth = depth
                message.begin(name.bytes)
            }
        case .none:
            if name == "System" {
                (part, hasEvent) = (.system, true)
            } else if name == "EventData" || name == "UserData" {
                (part, hasEvent) = (.data, true)
            } else if name == "RenderingInfo" {
                part = .rendering
            }
            partDepth = depth
        }
    }

    private func close() {
        if depth == valueDepth {
            valueDepth = nil
            switch part {
            case .system: system.end()
            case .data: data.end()
            case .rendering: message.end()
            case .none: break
            }
        } else if depth == partDepth {
            part = .none
        }
        depth -= 1
    }
}

/// The name of an element without the prefix of a namespace.
private struct LocalName {
    private let name: UnsafePointer<CChar>

    init(_ name: UnsafePointer<CChar>) {
        self.name = strrchr(name, Int32(UInt8(ascii: ":"))).map { UnsafePointer($0) + 1 } ?? name
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: name, count: strlen(name)) }

    static func == (name: LocalName, other: StaticString) -> Bool {
        strcmp(name.name, UnsafeRawPointer(other.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
    }
}

/// The attributes of an element: names and values in turn, with NULL at the end.
private struct Attributes {
    private let list: UnsafeMutablePointer<UnsafePointer<CChar>?>

    init(_ list: UnsafeMutablePointer<UnsafePointer<CChar>?>) { self.list = list }

    subscript(name: StaticString) -> UnsafeRawBufferPointer? {
        var pair = list
        while let key = pair[0], let value = pair[1] {
            if LocalName(key) == name { return UnsafeRawBufferPointer(start: value, count: strlen(value)) }
            pair += 2
        }
        return nil
    }
}

/// The members of an object, as JSON.
private struct Members {
    private(set) var text: [UInt8] = []

    mutating func removeAll() { text.removeAll(keepingCapacity: true) }

    mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        begin(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        append(value)
        end()
    }

    mutating func begin(_ name: UnsafeRawBufferPointer) {
        text.append(contentsOf: text.isEmpty ? #"""#.utf8 : #",""#.utf8)
        append(name)
        text.append(contentsOf: #"":""#.utf8)
    }

    mutating func end() { text.append(UInt8(ascii: "\"")) }

    /// Adds to the text of the member that has begun, in stretches between the characters of XML that need an escape in JSON.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        for index in bytes.indices {
            let letter: UInt8
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = bytes[index]
            case UInt8(ascii: "\n"): letter = UInt8(ascii: "n")
            case UInt8(ascii: "\r"): letter = UInt8(ascii: "r")
            case UInt8(ascii: "\t"): letter = UInt8(ascii: "t")
            default: continue
            }
            text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            text.append(UInt8(ascii: "\\"))
            text.append(letter)
            start = index + 1
        }
        text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var withoutTrailingBlanks: UnsafeRawBufferPointer {
        var end = count
        while end > 0, self[end - 1] <= UInt8(ascii: " ") { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[..<end])
    }

    /// The text behind a declaration at its start, which only a document may have.
    fileprivate var withoutDeclaration: UnsafeRawBufferPointer {
        let begin = drop { $0 <= UInt8(ascii: " ") }
        guard begin.starts(with: "<?xml".utf8), let end = begin.firstIndex(of: UInt8(ascii: ">")) else { return self }
        return UnsafeRawBufferPointer(rebasing: self[(end + 1)...])
    }
}
