import Bytes
import JSON
import Messages

/// Lines of a dump without addresses, one below the other.
struct PlainRun {
    let style: PlainLine.Style
    /// The numbers of its lines.
    private(set) var lines: ClosedRange<Int>
    private var words = DumpedWords()
    /// The form of all words; nil if the digits are spaced in different ways.
    private var form: WordForm?
    private var base64: [UInt8] = []
    private var base64LineSize = 0
    private var hasDecimalDigit = false
    private var isList = false
    /// Whether its last line shows that no other can follow.
    private(set) var isEnded = false
    /// Why it cannot be read.
    private var fault: DumpFault?

    /// The dump that begins with a line.
    init(_ line: PlainLine, _ number: Int) {
        style = line.style
        lines = number...number
        form = line.isMixed ? nil : line.reading.form
        add(line)
    }

    /// Adds a line of the same style.
    mutating func append(_ line: PlainLine, _ number: Int) {
        lines = lines.lowerBound...number
        if line.isMixed || line.reading.form != form { form = nil }
        add(line)
    }

    private mutating func add(_ line: PlainLine) {
        words.append(line.reading)
        // All lines of base64 but the last are equally long.
        isEnded = line.base64.last == UInt8(ascii: "=") || line.base64.count < base64LineSize
        if base64.isEmpty { base64LineSize = line.base64.count }
        base64 += line.base64
        hasDecimalDigit = hasDecimalDigit || line.hasDecimalDigit
        isList = isList || line.isList
    }

    /// The number of bytes; for base64, up to two more.
    var count: Int { style == .base64 ? base64.count / 4 * 3 : words.count }

    /// The words, which are only digits if they are spaced in different ways.
    private var content: DumpedWords { form == nil ? words.asDigits : words }

    /// The header of the message that it begins with; nil if it does not begin like one.
    func header(_ expectation: Expectation) -> MessageHeader? {
        guard style == .base64 else { return content.header(expectation) }
        return Base64.decode(String(decoding: base64.prefix(12), as: UTF8.self)).flatMap { expectation.header(of: $0) }
    }

    /// Whether the message that it begins with has all its bytes; nil if it does not say how many.
    func isWhole(_ expectation: Expectation) -> Bool? {
        header(expectation)?.size.map { count >= $0 }
    }

    /// Whether this can be a dump that does not begin like a message. Base64 looks like words of English.
    var isPlausible: Bool {
        switch style {
        case .digits: hasDecimalDigit && !isList && count >= 4
        case .literal: count >= 4
        case .base64: false
        }
    }

    /// Whether this is a dump if the text has nothing else.
    func isDumpAlone(_ expectation: Expectation) -> Bool {
        style == .base64 ? !expectation.hasHeader : !isList
    }

    /// Whether a line of the same style is written as its own.
    func resembles(_ line: PlainLine) -> Bool { line.isMixed ? form == nil : line.reading.form == form }

    /// Whether both look like parts of one dump.
    func resembles(_ other: PlainRun) -> Bool { style == other.style && form == other.form }

    /// Notes that a line, which cannot be read, is within the dump.
    mutating func note(unreadable line: Int) {
        fault = fault ?? DumpFault(line: line, detail: "is not a line of the dump, which goes on after it")
    }

    /// The dump, or the reason why it cannot be read.
    func dump(_ expectation: Expectation) -> Result<Dump, DumpFault> {
        let line = lines.lowerBound
        if let fault { return .failure(fault) }
        if style == .base64 {
            guard let bytes = Base64.decode(String(decoding: base64, as: UTF8.self)) else {
                return .failure(DumpFault(line: line, detail: "is not base64 with its padding"))
            }
            return .success(Dump(bytes: bytes, address: nil, line: line, remarks: []))
        }
        guard let (bytes, remark) = content.bytes(expectation) else {
            return .failure(DumpFault(line: line, detail: DumpFault.unknownOrder))
        }
        return .success(Dump(bytes: bytes, address: nil, line: line, remarks: [remark].compactMap { $0 }))
    }
}
