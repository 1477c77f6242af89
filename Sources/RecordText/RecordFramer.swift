import Bytes

/// Cuts the text of a recording into records, one a line, without reading their values.
///
/// Most recordings have a JSON object on each line, which passes unchanged. Anything else is brought into that form: objects over
/// several lines, arrays, several objects in a line, objects in the answer of a service (`EnvelopeStack`), and `Event` elements of XML.
/// Brackets, commas, blanks, byte order marks and the headings `Record 123` between records are dropped, as are the tags around
/// events. Any other text becomes a line of its own, which the reader of records can reject.
///
/// A newline inside a record becomes a space, or `newlineInText` in a string of JSON, or a reference in a text of XML; empty lines
/// take its place behind the record, so that records keep the numbers of their lines. A record that is cut short costs only
/// itself: the next line that begins like a record begins one.
///
/// Keeps at most about 1 MiB, whatever the size of a record.
public struct RecordFramer: TextConverter, Sendable {
    enum State {
        /// Outside of records.
        case between
        /// In a line that begins like an object and may be one.
        case line
        /// In a line of other text.
        case stray
        /// In an object, outside its strings.
        case object
        case string
        /// After a backslash in a string.
        case escape
        /// After a newline in a string.
        case brokenString
        /// In the name of a tag between records.
        case tag
        /// In the rest of a tag that is dropped.
        case wrapper
        /// In an `Event` element.
        case event
    }

    /// What stands for a newline in a string of JSON: an overlong form that UTF-8 does not allow, so that the record is repaired,
    /// and counted as such.
    public static let newlineInText: [UInt8] = [0xC0, 0x8A]

    /// The size up to which a line is held until its end is known.
    static let maxHeldLine = 1 << 20
    /// The size up to which a record is held, so that it can turn out to be an envelope.
    static let maxHeldRecord = 1 << 16

    var state = State.between
    /// The blanks at the start of the current line, as long as there is nothing else in it; nil behind something else.
    var indent: [UInt8]? = []
    /// What is held of the current record, line or tag.
    var held: [UInt8] = []
    /// Whether the beginning of the current record was already passed on.
    private(set) var isSpilled = false
    /// How many more newlines were read than written.
    private var owedNewlines = 0
    /// Whether a line that looks like a record passes unchanged. Nil as long as no record has shown it.
    private var recordPerLine: Bool?
    /// Whether the record before has shown that lines pass, if its line ends here.
    private var mayPassLines = false
    var nesting = Nesting()
    var envelopes = EnvelopeStack()
    var markup = Markup()

    /// A framer. With `passesLines`, the first record of a text decides whether lines are looked into; otherwise they are.
    public init(passesLines: Bool = true) { recordPerLine = passesLines ? nil : false }

    /// Whether the text has shown that it has a record on each line.
    public var passesLines: Bool { recordPerLine == true }

    /// The length of the whole lines at the start of `input` that are an object each.
    public func passedLines(of input: UnsafeRawBufferPointer) -> Int {
        guard passesLines, state == .between, indent == [], owedNewlines == 0, envelopes.isEmpty else { return 0 }
        var start = 0
        while start < input.count, input[start] == UInt8(ascii: "{"),
            let newline = input.offset(of: .newline, from: start)
        {
            let end = input[newline - 1] == .carriageReturn ? newline - 1 : newline
            guard input[end - 1] == UInt8(ascii: "}") else { break }
            start = newline + 1
        }
        return start
    }

    /// Cuts a piece of the text, as far as it does not depend on the next one.
    public mutating func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var index = 0
        while index < input.count {
            switch state {
            case .between: index = skip(input, from: index, into: &output)
            case .line: index = takeLine(input, from: index, into: &output)
            case .stray: index = takeStray(input, from: index, into: &output)
            case .object, .string, .escape, .brokenString: index = takeObject(input, from: index, into: &output)
            case .tag, .wrapper: index = takeTag(input, from: index, into: &output)
            case .event: index = takeEvent(input, from: index, into: &output)
            }
        }
    }

    /// Ends the text; a record that is not complete is passed on as it is.
    public mutating func finish(into output: inout [UInt8]) {
        switch state {
        case .line:
            if held.endsLikeObject { return emit(into: &output) }
            reframe(as: .object, into: &output)
            finish(into: &output)
        case .stray: endStray(into: &output)
        case .between: if let indent, owedNewlines == 0 { output.append(contentsOf: indent) }
        case .tag, .wrapper: break
        case .object, .string, .escape, .brokenString: emit(into: &output)
        case .event:
            if case .name = markup.place { hold(markup.name, into: &output) }
            emit(into: &output)
        }
        state = .between
    }

    // MARK: Between records

    private mutating func skip(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        for index in start..<input.count {
            let byte = input[index]
            switch byte {
            case .newline: passNewline(into: &output)
            case UInt8(ascii: "{"):
                if mayPassLines { (recordPerLine, mayPassLines) = (false, false) }
                begin(recordPerLine == true && envelopes.isEmpty ? .line : .object)
                return index
            case UInt8(ascii: "<"):
                if let end = takeWholeEvent(input, from: index, into: &output) { return end }
                markup.name = [byte]
                state = .tag
                return index + 1
            case UInt8(ascii: "["):
                envelopes.open()
                indent = nil
            case UInt8(ascii: "]"):
                indent = nil
                guard let depth = envelopes.close() else { break }
                // The rest of the object around the records.
                nesting = Nesting(inObjects: depth)
                state = .object
                return index + 1
            case _ where byte.isBetweenRecords:
                if !byte.isBlank { indent = nil }
                indent?.append(byte)
                if let indent, indent.count > Self.maxHeldRecord { self.indent = nil }
            default:
                begin(.stray)
                return index
            }
        }
        return input.count
    }

    /// Begins a line, with its indent if it is one of its own.
    private mutating func begin(_ state: State) {
        self.state = state
        if state != .object, let indent, !indent.isEmpty { held = indent }
        indent = nil
    }

    /// Passes on a newline between records, and the newlines owed for those read inside records.
    private mutating func passNewline(into output: inout [UInt8]) {
        if mayPassLines { (recordPerLine, mayPassLines) = (true, false) }
        if let indent, owedNewlines == 0 { output.append(contentsOf: indent) }
        indent = []
        owedNewlines += 1
        while owedNewlines > 0 {
            output.append(.newline)
            owedNewlines -= 1
        }
    }

    /// Notes a newline that was read inside a record.
    mutating func oweNewline() { owedNewlines += 1 }

    // MARK: Records

    /// Holds a part of the current record, and passes it on if the record gets too long to be held.
    mutating func hold(_ part: some Collection<UInt8>, into output: inout [UInt8]) {
        if envelopes.isDiscarding { return }
        held.append(contentsOf: part)
        guard held.count > Self.maxHeldRecord else { return }
        output.append(contentsOf: held)
        held.removeAll(keepingCapacity: true)
        isSpilled = true
    }

    /// Ends an object. The first one shows whether the text has one on each line.
    mutating func emitObject(into output: inout [UInt8]) {
        if recordPerLine == nil, !envelopes.isDiscarding {
            mayPassLines = owedNewlines == 0 && envelopes.isEmpty
            if !mayPassLines { recordPerLine = false }
        }
        emit(into: &output)
        nesting = Nesting()
    }

    /// Whether the whole record so far is held, or can be together with `count` more bytes.
    func isHeldWhole(with count: Int) -> Bool { !isSpilled && held.count + count <= Self.maxHeldRecord }

    /// Ends the current record.
    mutating func emit(into output: inout [UInt8]) {
        state = .between
        guard !envelopes.endDiscarding() else { return }
        output.append(contentsOf: held)
        output.append(.newline)
        held.removeAll(keepingCapacity: true)
        isSpilled = false
        owedNewlines -= 1
    }
}
