import Bytes

/// A scalar of a scenario file: its text and its type.
public struct SourceScalar: Hashable, Sendable {
    /// The types of the core schema of YAML 1.2.
    public enum Kind: Hashable, Sendable {
        /// `null`, `~` or nothing.
        case null
        /// `true` or `false`.
        case boolean
        /// Decimal digits with or without a sign, `0x` with hex digits, `0o` with octal ones; of any size.
        case integer
        /// A number with a fraction or an exponent, also an infinite one.
        case number
        /// Anything else, and everything in quotes.
        case text
    }

    /// The text, without quotes and escapes: that of a number is as the file writes it, `0x1F`.
    public var text: String
    /// Whether the file writes it in quotes or as a block, so that it is a text whatever it looks like.
    public var isQuoted: Bool
    /// The type.
    public var kind: Kind

    /// A scalar whose type is known.
    public init(_ text: String, isQuoted: Bool, kind: Kind) {
        self.text = text
        self.isQuoted = isQuoted
        self.kind = kind
    }

    /// A scalar of YAML 1.2: in quotes a text, otherwise of the type that its text has in the core schema.
    public init(_ text: String, isQuoted: Bool) {
        self.init(text, isQuoted: isQuoted, kind: isQuoted ? .text : Kind(ofPlain: text))
    }

    /// Why our readers, which read JSON, get no such number, or a text that cannot be meant; nil for any other scalar.
    var fault: String? {
        switch kind {
        case .number where SourceScalar.withoutJSON.contains(text):
            "\(text) is not a number in JSON; put a text in quotes"
        case .integer where text.utf8.count > SourceJSON.mostDigits:
            "is a number of \(text.utf8.count) characters; put a text in quotes"
        case .text where isBrokenPath:
            #"has a control character behind its drive; write \\ for a backslash in double quotes"#
        default: nil
        }
    }

    /// Whether this was a path in double quotes, where `\n` of `"C:\new"` is a line break. A block ends with one.
    private var isBrokenPath: Bool {
        let start = text.utf8.prefix(3)
        return start.count == 3 && start.first?.isLetter == true && start.dropFirst().first == UInt8(ascii: ":")
            && start.last ?? 0xFF < 0x20 && text.utf8.last != UInt8(ascii: "\n")
    }

    /// The words for an infinite number and for none.
    fileprivate static let withoutJSON: Set<String> = {
        let infinite = [".inf", ".Inf", ".INF"]
        return Set(infinite + infinite.flatMap { ["-" + $0, "+" + $0] } + [".nan", ".NaN", ".NAN"])
    }()
}

extension SourceScalar.Kind {
    /// The type of a plain scalar in the core schema (YAML 1.2.2, section 10.3.2).
    ///
    /// Other types of YAML 1.1 are texts: `no`, `on`, `12:30`, `1_000`.
    init(ofPlain text: String) {
        guard let first = text.utf8.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "~"):
            self = ["null", "Null", "NULL", "~"].contains(text) ? .null : .text
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
            self = ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text) ? .boolean : .text
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            var text = text
            self = text.withUTF8 { SourceScalar.Kind(ofNumber: $0) }
        default: self = .text
        }
    }

    private init(ofNumber bytes: UnsafeBufferPointer<UInt8>) {
        let rest = bytes.dropFirst(2)
        if bytes.starts(with: "0x".utf8), !rest.isEmpty, rest.allSatisfy({ $0.hexValue != nil }) {
            self = .integer
        } else if bytes.starts(with: "0o".utf8), !rest.isEmpty, rest.allSatisfy(\.isOctalDigit) {
            self = .integer
        } else if let decimal = DecimalText(bytes) {
            self = decimal.isInteger ? .integer : .number
        } else {
            self = SourceScalar.withoutJSON.contains(String(decoding: bytes, as: UTF8.self)) ? .number : .text
        }
    }
}

extension UInt8 {
    /// Whether this is one of `0` to `7`.
    var isOctalDigit: Bool { self &- 0x30 < 8 }
}

/// The parts of a decimal number as YAML writes it: `-1.5e+3`, `.5`, `+5`, `1.`.
struct DecimalText {
    let isNegative: Bool
    let whole: Slice<UnsafeBufferPointer<UInt8>>
    /// The digits after the point; nil without a point.
    let fraction: Slice<UnsafeBufferPointer<UInt8>>?
    /// What follows `e`: digits, with or without a sign; nil without one.
    let exponent: Slice<UnsafeBufferPointer<UInt8>>?

    /// Whether the number has neither a point nor an exponent.
    var isInteger: Bool { fraction == nil && exponent == nil }

    /// The parts of `bytes`; nil if it is not a decimal number.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var rest = bytes[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        whole = rest.prefix(while: \.isDigit)
        rest = rest[whole.endIndex...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: \.isDigit)
            rest = rest[digits.endIndex...]
            fraction = digits
        } else {
            fraction = nil
        }
        if whole.isEmpty && fraction?.isEmpty != false { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            let hasSign = rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+")
            guard rest.dropFirst(hasSign ? 1 : 0).isDecimal else { return nil }
            exponent = rest
        } else if rest.isEmpty {
            exponent = nil
        } else {
            return nil
        }
    }
}
