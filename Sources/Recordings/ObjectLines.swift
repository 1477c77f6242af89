import Bytes

/// Converts multi-line JSON, or one array, to one object per line.
///
/// `ConvertTo-Json` and `evtx_dump -o json` write JSON this way. Between objects, brackets, commas, blanks and the headings
/// `Record 123` are removed; anything else there becomes a separate line, which the reader can reject. Inside objects only
/// newlines are changed, to spaces. The JSON is not validated.
struct ObjectLines: TextConverter {
    private enum State {
        /// Outside all objects, after only brackets, commas and blanks in this line.
        case between
        /// Outside all objects, in other text, which extends to the end of the line.
        case stray
        /// In an object, outside its strings.
        case object
        case string
        /// After a backslash in a string.
        case escape
    }

    private var state = State.between
    /// Number of open braces and brackets in the object.
    private var depth = 0
    /// Text between objects that may turn out to be a heading.
    private var stray: [UInt8] = []
    private var isStrayLong = false

    /// Whether the input so far ends inside an object, outside its strings.
    var isInObject: Bool { state == .object }

    /// Maximum length of a heading.
    private static let maxHeadingBytes = 64

    mutating func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        output.reserveCapacity(output.count + input.count)
        // Copies runs, not single bytes.
        var (start, index) = (0, 0)
        while index < input.count {
            switch state {
            case .string: index = input.firstSpecial(from: index)
            case .between: index = input.firstOfObject(from: index)
            case .stray, .object, .escape: break
            }
            if index == input.count { break }
            let byte = input[index]
            switch state {
            case .between:
                start = index
                begin(with: byte)
            case .stray:
                if byte == .newline {
                    keepStray(input[start..<index], into: &output)
                    endStray(into: &output)
                }
            case .object:
                if byte == .newline || byte == .carriageReturn {
                    output.append(contentsOf: input[start..<index])
                    output.append(.space)
                    start = index + 1
                } else if closesObject(byte) {
                    output.append(contentsOf: input[start...index])
                    output.append(.newline)
                    state = .between
                }
            case .string, .escape:
                if byte == .newline {
                    // A newline within a string is not JSON. Give up only this line, not the following ones.
                    output.append(contentsOf: input[start...index])
                    state = .between
                } else if state == .escape {
                    state = .string
                } else if byte == UInt8(ascii: "\\") {
                    state = .escape
                } else if byte == UInt8(ascii: "\"") {
                    state = .object
                }
            }
            index += 1
        }
        switch state {
        case .between: break
        case .stray: keepStray(input[start...], into: &output)
        case .object, .string, .escape: output.append(contentsOf: input[start...])
        }
    }

    mutating func finish(into output: inout [UInt8]) {
        if state == .stray { endStray(into: &output) }
    }

    private mutating func begin(with byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"): (state, depth) = (.object, 1)
        default: if !byte.isBetweenObjects { state = .stray }
        }
    }

    /// Processes a byte of an object; returns whether it is the last one.
    private mutating func closesObject(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""): state = .string
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        return depth == 0
    }

    private mutating func keepStray(_ piece: Slice<UnsafeRawBufferPointer>, into output: inout [UInt8]) {
        stray.append(contentsOf: piece)
        if isStrayLong || stray.count > ObjectLines.maxHeadingBytes {
            isStrayLong = true
            output.append(contentsOf: stray)
            stray = []
        }
    }

    private mutating func endStray(into output: inout [UInt8]) {
        if isStrayLong || !ObjectLines.isHeading(stray[...]) {
            output.append(contentsOf: stray)
            output.append(.newline)
        }
        (stray, isStrayLong, state) = ([], false, .between)
    }

    /// Whether `line` is `Record 123`.
    static func isHeading(_ line: ArraySlice<UInt8>) -> Bool {
        let word = Array("Record ".utf8)
        guard line.starts(with: word) else { return false }
        var digits = line.dropFirst(word.count)
        while digits.last?.isBlank == true { digits.removeLast() }
        return digits.isDecimal
    }
}

extension UInt8 {
    /// Whether the byte is insignificant between objects: a bracket, a comma, a blank.
    fileprivate var isBetweenObjects: Bool {
        self == UInt8(ascii: "[") || self == UInt8(ascii: "]") || self == UInt8(ascii: ",") || isBlank
    }
}

extension UnsafeRawBufferPointer {
    /// Position of the first byte from `start` on that is not a bracket, a comma or a blank, or the end.
    fileprivate func firstOfObject(from start: Int) -> Int {
        var index = start
        while index < count, self[index].isBetweenObjects { index += 1 }
        return index
    }

    /// Position of the first byte from `start` on that is special in a string, or the end. Most of a recording is in strings.
    fileprivate func firstSpecial(from start: Int) -> Int {
        var index = start
        while index < count, self[index] != UInt8(ascii: "\""), self[index] != UInt8(ascii: "\\"),
            self[index] != .newline
        {
            index += 1
        }
        return index
    }
}
