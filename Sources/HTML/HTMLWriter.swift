import Bytes

/// Writes HTML to the end of a byte array.
///
/// Text is escaped, in elements and in attributes, and there is no way around it: elements and the names of attributes are of fixed
/// sets, and everything else that is not text is a constant of the program. Characters that control, reorder or are not shown are
/// written as `\u202e` (UIS-4).
public struct HTMLWriter: Sendable {
    /// The HTML so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty page with room for `capacity` bytes.
    public init(reserving capacity: Int = 1 << 16) { bytes.reserveCapacity(capacity) }

    /// Writes an element with the content that `body` writes.
    public mutating func element(
        _ tag: HTMLTag, _ attributes: HTMLAttribute..., body: (inout HTMLWriter) -> Void
    ) {
        open(tag.rawValue, attributes)
        body(&self)
        close(tag)
    }

    /// Writes an element with a text.
    public mutating func element(_ tag: HTMLTag, _ attributes: HTMLAttribute..., text: String) {
        open(tag.rawValue, attributes)
        self.text(text)
        close(tag)
    }

    /// Writes an element of a drawing without content.
    public mutating func shape(_ tag: HTMLTag, _ attributes: HTMLAttribute...) {
        open(tag.rawValue, attributes)
        bytes.removeLast()
        bytes += "/>".utf8
    }

    /// Writes an element that cannot have content.
    public mutating func void(_ tag: HTMLVoidTag, _ attributes: HTMLAttribute...) { open(tag.rawValue, attributes) }

    /// Writes `text`.
    public mutating func text(_ text: String) { bytes.append(escaping: text) }

    /// Writes the path of a Windows file, which may break behind each folder.
    public mutating func path(_ path: String) {
        let parts = path.split(separator: "\\", omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            text(place < parts.count - 1 ? "\(part)\\" : "\(part)")
            if place < parts.count - 1 { void(.wbr) }
        }
    }

    /// Writes `lines`, each with a line break, for an element that keeps them.
    public mutating func lines(_ lines: [String]) {
        for line in lines {
            text(line)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Begins a line of the source.
    public mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    /// Writes the declaration of a document.
    public mutating func doctype() { bytes += "<!DOCTYPE html>\n".utf8 }

    /// Writes a style of the program.
    public mutating func style(_ file: EmbeddedFile) { embed("style", file) }

    /// Writes a script of the program.
    public mutating func script(_ file: EmbeddedFile) { embed("script", file) }

    /// Writes the first of `values`: at most `most`, and as many as keep the whole page within `limit` bytes. Returns their number.
    public mutating func each<Values: Collection>(
        _ values: Values, most: Int, within limit: Int, _ write: (inout HTMLWriter, Values.Element) -> Void
    ) -> Int {
        for (count, value) in values.prefix(most).enumerated() {
            let end = bytes.count
            write(&self, value)
            if bytes.count > limit {
                bytes.removeLast(bytes.count - end)
                return count
            }
        }
        return Swift.min(most, values.count)
    }

    private mutating func open(_ tag: String, _ attributes: [HTMLAttribute]) {
        bytes.append(UInt8(ascii: "<"))
        bytes += tag.utf8
        for attribute in attributes {
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: attribute.name.bytes)
            bytes += "=\"".utf8
            switch attribute.value {
            case .constant(let value): bytes.append(contentsOf: value.bytes)
            case .text(let text): bytes.append(escaping: text)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func close(_ tag: HTMLTag) {
        bytes += "</".utf8
        bytes += tag.rawValue.utf8
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func embed(_ tag: String, _ file: EmbeddedFile) {
        bytes += "<\(tag)>".utf8
        bytes.append(contentsOf: file.bytes)
        bytes += "</\(tag)>".utf8
    }
}

/// A file that was compiled into the program.
public struct EmbeddedFile: @unchecked Sendable {  // nobody writes to the memory or frees it
    /// Its content.
    public let bytes: UnsafeBufferPointer<UInt8>

    /// The file of `count` bytes at `start`, which must be static memory of the program.
    public init(of start: UnsafePointer<UInt8>, count: Int) { bytes = UnsafeBufferPointer(start: start, count: count) }
}

extension StaticString {
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

extension [UInt8] {
    /// Appends `text` as a text of HTML, or as the value of an attribute in double quotes.
    fileprivate mutating func append(escaping text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte < 0x7F && !"&<>\"'".utf8.contains(byte)
        }
        if isPlain { return self += text.utf8 }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": self += "&amp;".utf8
            case "<": self += "&lt;".utf8
            case ">": self += "&gt;".utf8
            case "\"": self += "&quot;".utf8
            case "'": self += "&#39;".utf8
            case _ where scalar.isInvisible: self += scalar.visible.utf8
            case _ where scalar.isASCII: append(UInt8(truncatingIfNeeded: scalar.value))
            default: self += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
    }
}

extension Unicode.Scalar {
    /// `\u202e`, or `\u{e0001}` for one behind U+FFFF.
    fileprivate var visible: String {
        value > 0xFFFF ? "\\u{\(value.hexDigits())}" : "\\u" + value.hexDigits(4)
    }
}
