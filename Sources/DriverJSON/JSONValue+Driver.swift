import Bytes
public import Driver
public import JSON
public import Messages

// The notation of the driver's values in requests.
extension JSONValue {
    /// A pid or tid: an integer, 0...4294967295.
    public func id() -> UInt32? { unsigned(in: 0...UInt64(UInt32.max)).map(UInt32.init(truncatingIfNeeded:)) }

    /// An address or a size: a hex string or an integer of 64 bits.
    public func address() -> UInt64? { hexOrUnsigned() }

    /// A 32-bit value that is usually written in hex: a hex string or an integer.
    public func word() -> UInt32? { hexOrUnsigned(max: UInt64(UInt32.max)).map(UInt32.init(truncatingIfNeeded:)) }

    /// The name of an image or file: a string that is not empty.
    public func name() -> String? {
        guard let text = string() else { return nil }
        if text.isEmpty {
            fault("must not be empty")
            return nil
        }
        return text
    }

    /// A time: RFC 3339 in UTC with up to seven digits, or a hex FILETIME.
    public func time() -> FileTime? {
        guard let text = string(maxUTF16: 64) else { return nil }
        guard let time = FileTime(text) else {
            fault(
                "must be an RFC 3339 time in UTC, such as \"2020-02-21T10:15:30.1234567Z\", or a hex FILETIME, not \(quoted)"
            )
            return nil
        }
        return time
    }

    /// A rule or flag word: an array of names and hex strings, or one mask.
    ///
    /// - Parameter integers: Whether an element of the array may also be an integer, as in an engine's reply.
    public func bits<Word: NamedBits>(of type: Word.Type = Word.self, integersInArray integers: Bool = false) -> Word? {
        guard kind == .array else { return mask() }
        guard let elements = array(maxCount: 64) else { return nil }
        let words = elements.map { element in element.bit(of: type, orInteger: integers) }
        return words.reduce([] as Word?) { sum, word in word.flatMap { sum?.union($0) } }
    }

    /// The word as one mask.
    private func mask<Word: NamedBits>() -> Word? {
        if let mask = wordOrNil() { return Word(rawValue: mask) }
        fault { isHinted in
            let example = Word.table.last?.term.name ?? ""
            let nearest = isHinted ? nearest(among: Word.allNames) : nil
            return
                "must be \(words.array) of \(Word.noun)s, such as [\"\(example)\"], or a mask, such as \"0x1f\", not \(quoted)"
                + (nearest.map { "; did you mean [\"\($0)\"]?" } ?? "")
        }
        return nil
    }

    private func bit<Word: NamedBits>(of type: Word.Type, orInteger: Bool) -> Word? {
        if kind == .string || orInteger, let mask = wordOrNil() { return Word(rawValue: mask) }
        let expected =
            "must be the name of a \(Word.noun), or a mask\(orInteger ? "" : " in quotes") of at most 0xffffffff"
        guard kind == .string else {
            fault("\(expected), not \(shown)" + (wordOrNil().map { "; write \"\($0.hex())\"" } ?? ""))
            return nil
        }
        guard let text = string(maxUTF16: 64) else { return nil }
        if let bit = Word.bit(named: text) { return bit }
        if text.hasPrefix("0x") {
            fault("\(expected), not \(quoted)")
        } else {
            fault { Word.faultOfName(text, isHinted: $0) }
        }
        return nil
    }

    /// A value of 32 bits in either notation; nil, without a fault, for anything else.
    private func wordOrNil() -> UInt32? { hexNumber(max: UInt64(UInt32.max)).map(UInt32.init(truncatingIfNeeded:)) }

    /// A process: `{"processId", "creationTime"?}`, with no time by default.
    public func process() -> AuxPidCreationTime? {
        identity("processId").map { AuxPidCreationTime(processId: $0.id, creationTime: $0.creationTime) }
    }

    /// A thread: `{"threadId", "creationTime"?}`, with no time by default.
    public func thread() -> AuxTidCreationTime? {
        identity("threadId").map { AuxTidCreationTime(threadId: $0.id, creationTime: $0.creationTime) }
    }

    private func identity(_ member: StaticString) -> (id: UInt32, creationTime: FileTime)? {
        guard let object = object(allowing: [member, "creationTime"]) else { return nil }
        let id = object.required(member) { $0.id() }
        let hasTime = object["creationTime"].map { !$0.isNull } ?? false
        let time = object.optional("creationTime", nullable: true) { $0.time() }
        guard let id, !hasTime || time != nil else { return nil }
        return (id, time ?? .none)
    }

    /// Priorities: `{"ioPriority","threadPriority","pagePriority"}`, each optional.
    public func ioPriority() -> MpIoPriority? {
        guard let object = object(allowing: ["ioPriority", "threadPriority", "pagePriority"]) else { return nil }
        var priority = MpIoPriority()
        if let value = object.optional("ioPriority", { $0.id() }) { priority.ioPriority = value }
        if let value = object.optional("threadPriority", { $0.id() }) { priority.threadPriority = value }
        if let value = object.optional("pagePriority", { $0.id() }) { priority.pagePriority = value }
        return priority
    }
}

extension JSONValue {
    /// A type of operation, by name or number. For any other the driver returns STATUS_INVALID_PARAMETER.
    public func operation<Operation: MessageOperation>(of type: Operation.Type, _ kind: String) -> Operation? {
        let found: Operation?
        switch self.kind {
        case .string:
            guard let name = string(maxUTF16: .max) else { return nil }
            found = Operation(name: name)
        case .integer, .number:
            found = integer(as: Int32.self).flatMap { Operation(rawValue: $0) }
        default:
            fault("must be the name or number of \(kind) operation, not \(shown)")
            return nil
        }
        if found == nil {
            fault { isHinted in
                let fault = "STATUS_INVALID_PARAMETER: \(quoted) is not \(kind) operation"
                switch text.flatMap(EngineMessage.Operation.init) {
                case .sync?: return fault + ", but a synchronous one"
                case .async?: return fault + ", but an asynchronous one"
                case nil: return isHinted ? fault + Operation.allCases.map(\.name).hintOrList(for: text ?? "") : fault
                }
            }
        }
        return found
    }
}
