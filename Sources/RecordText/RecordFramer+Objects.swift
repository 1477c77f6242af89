import Bytes

/// The containers that are open in an object.
struct Nesting: Sendable {
    /// The number of open containers.
    private(set) var depth = 0
    /// One bit a container, the innermost last: whether it is an array. Those beyond 64 are forgotten.
    private var arrays: UInt64 = 0
    /// The last byte outside of strings that is not blank; a quote for a string.
    var last: UInt8 = 0
    /// Whether the next byte is the first one of a line.
    var isAtLineStart = false
    /// The beginning of the last string.
    var text = ShortName()
    /// The name of the member whose value follows.
    var member = ShortName()
    /// Whether the last bracket may open the records of an envelope.
    var mayBeEnvelope = false

    init() {}

    /// `depth` open objects, the end of whose first member was just read.
    init(inObjects depth: Int) {
        self.depth = depth
        last = UInt8(ascii: "]")
    }

    mutating func open(isArray: Bool) {
        depth += 1
        arrays = arrays << 1 | (isArray ? 1 : 0)
    }

    mutating func close() {
        depth -= 1
        arrays >>= 1
    }

    /// Whether an object may begin here.
    var allowsObject: Bool {
        depth == 0 || last == UInt8(ascii: ":") || last == UInt8(ascii: "[")
            || last == UInt8(ascii: ",") && arrays & 1 == 1
    }
}

extension RecordFramer {
    /// Reads on in an object, up to its end.
    mutating func takeObject(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        // Holds runs, not single bytes.
        var (run, index) = (start, start)
        while index < input.count {
            switch state {
            case .object:
                switch takeByteOfObject(input[index], behind: index - run) {
                case .goOn: break
                case .newline:
                    hold(input[run..<index], into: &output)
                    hold([.space], into: &output)
                    run = index + 1
                case .end:
                    hold(input[run...index], into: &output)
                    emitObject(into: &output)
                    return index + 1
                case .cutShort:
                    hold(input[run..<index], into: &output)
                    emit(into: &output)
                    nesting = Nesting()
                    return index
                case .envelope:
                    enterEnvelope()
                    return index
                }
            case .string:
                let end = input.endOfRun(from: index)
                nesting.text.append(input[index..<end])
                index = end
                if index == input.count { break }
                switch input[index] {
                case .backslash:
                    state = .escape
                    nesting.text.append(input[index...index])
                case .quote: state = .object
                default:
                    hold(input[run..<index], into: &output)
                    run = index + 1
                    oweNewline()
                    state = .brokenString
                }
            case .escape:
                if input[index] == .newline {
                    state = .string
                    continue
                }
                nesting.text.append(input[index...index])
                state = .string
            case .brokenString:
                if input[index] == UInt8(ascii: "{") {
                    emit(into: &output)
                    nesting = Nesting()
                    return index
                }
                hold(Self.newlineInText, into: &output)
                state = .string
                continue
            default: return index
            }
            index += 1
        }
        if run < input.count { hold(input[run...], into: &output) }
        return input.count
    }

    private enum Step {
        case goOn
        /// A newline or its first half.
        case newline
        /// The last byte of the object.
        case end
        /// The byte begins another object: this one is cut short.
        case cutShort
        /// The byte begins the first record in an envelope.
        case envelope
    }

    /// Takes a byte behind `count` bytes of the object that are not held yet.
    private mutating func takeByteOfObject(_ byte: UInt8, behind count: Int) -> Step {
        let isAtLineStart = nesting.isAtLineStart
        nesting.isAtLineStart = false
        switch byte {
        case .newline:
            oweNewline()
            nesting.isAtLineStart = true
            return .newline
        case .carriageReturn: return .newline
        case .space, UInt8(ascii: "\t"): return .goOn
        case .quote:
            state = .string
            nesting.text = ShortName()
        case UInt8(ascii: ":"): nesting.member = nesting.text
        case UInt8(ascii: "{"):
            if isAtLineStart, !nesting.allowsObject { return .cutShort }
            if nesting.mayBeEnvelope, nesting.last == UInt8(ascii: "[") { return .envelope }
            nesting.open(isArray: false)
        case UInt8(ascii: "["):
            nesting.mayBeEnvelope =
                nesting.last == UInt8(ascii: ":") && isHeldWhole(with: count)
                && EnvelopeStack.names.contains(nesting.member)
            nesting.open(isArray: true)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            nesting.close()
            if nesting.depth <= 0 { return .end }
        default: break
        }
        nesting.last = byte
        return .goOn
    }

    /// Drops what an answer says about its records, which follow.
    private mutating func enterEnvelope() {
        guard envelopes.enter(depth: nesting.depth - 1) else { return nesting.mayBeEnvelope = false }
        held.removeAll(keepingCapacity: true)
        nesting = Nesting()
        state = .between
    }
}

extension UnsafeRawBufferPointer {
    /// Position of the first quote, backslash or newline from `start` on, or the end. Most of a recording is in strings.
    fileprivate func endOfRun(from start: Int) -> Int {
        var index = start
        while index < count, self[index] != .quote, self[index] != .backslash, self[index] != .newline { index += 1 }
        return index
    }
}
