import JSON
import Messages

/// The fields of a Sysmon event. A field that is not there, null, empty or `-` is none.
struct SysmonFields {
    private let record: Record
    private let message: RecordValue?

    init(record: Record, message: RecordValue?) {
        self.record = record
        self.message = message
    }

    private subscript(name: StaticString) -> RecordValue? {
        guard let value = record[name], !value.isNull, !value.isText(""), !value.isText("-") else { return nil }
        return value
    }

    /// A string that the driver can take.
    func text(_ name: StaticString) throws(LineFault) -> String? {
        guard let value = self[name] else { return nil }
        guard value.kind == .string else { throw .member(name, .notText) }
        let (text, hasNul) = value.withUTF8 { (String(decoding: $0, as: UTF8.self), $0.contains(0)) } ?? ("", false)
        if hasNul { throw .member(name, .nul) }
        if text.utf8.count > 32_766, text.utf16.count > 32_766 { throw .member(name, .tooLong) }
        return text
    }

    /// A string without which the event means nothing.
    func requiredText(_ name: StaticString) throws(LineFault) -> String {
        guard let text = try text(name) else { throw .member(name, .missing) }
        return text
    }

    /// A number of 32 bits: a pid, a tid, a session.
    func id(_ name: StaticString) throws(LineFault) -> UInt32? {
        guard let value = self[name] else { return nil }
        guard let id = value.asHexOrUnsigned.flatMap(UInt32.init(exactly:)) else { throw .member(name, .notAnId) }
        return id
    }

    /// An address.
    func address(_ name: StaticString) throws(LineFault) -> UInt64? {
        guard let value = self[name] else { return nil }
        guard let address = value.asHexOrUnsigned else { throw .member(name, .notAnAddress) }
        return address
    }

    /// When the event happened. What cannot be read is no time.
    var time: FileTime? { self["UtcTime"]?.withUTF8 { FileTime(utcTime: $0) } ?? nil }

    /// The process of an event that has one.
    func process(image: StaticString? = nil) throws(LineFault) -> SysmonProcess {
        var process = try self.process("ProcessId", "ProcessGuid", "ProcessGUID", image: image)
        if process.processId == nil { process.processId = try message?.processId() }
        return process
    }

    /// The process that three fields name. Which spelling the second has depends on the event.
    func process(
        _ id: StaticString, _ guid: StaticString, _ otherGUID: StaticString, image: StaticString? = nil
    ) throws(LineFault) -> SysmonProcess {
        var process = SysmonProcess()
        process.processId = try self.id(id)
        process.guid = try self.guid(self[guid] == nil ? otherGUID : guid)
        if let image { process.image = try text(image) }
        return process
    }

    private func guid(_ name: StaticString) throws(LineFault) -> SysmonGUID? {
        guard let value = self[name] else { return nil }
        guard value.kind == .string else { throw .member(name, .notAGUID) }
        switch value.withUTF8(SysmonGUID.read) {
        case .guid(let guid): return guid
        case .zero: return nil
        case .invalid, nil: throw .member(name, .notAGUID)
        }
    }
}

extension RecordValue {
    /// The number in a line `ProcessId: 123` of the rendered message.
    fileprivate func processId() throws(LineFault) -> UInt32? {
        let digits = withUTF8 { text -> String? in
            let label: StaticString = "ProcessId: "
            var line = text[...]
            while line.count > label.utf8CodeUnitCount {
                if line.starts(with: UnsafeBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount)) {
                    let digits = line.dropFirst(label.utf8CodeUnitCount)
                        .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                    if !digits.isEmpty { return String(decoding: digits.prefix(20), as: UTF8.self) }
                }
                guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
                line = line[(end + 1)...]
            }
            return nil
        }
        guard let digits = digits ?? nil else { return nil }
        guard let processId = UInt32(digits) else { throw .member("ProcessId in Message", .notAnId) }
        return processId
    }
}
