import Bytes

/// The position in the markup of an event.
struct Markup: Sendable {
    enum Place {
        /// Between tags.
        case content
        /// In the name of a tag.
        case name
        /// Behind the name of a tag.
        case tag
        /// In the value of an attribute.
        case value(quote: UInt8)
    }

    var place = Place.content
    /// The current tag, up to the end of its name.
    var name: [UInt8] = []
    /// The last byte.
    var last: UInt8 = 0

    /// The longest name that matters.
    static let maxName = 64

    /// Whether the tag that ends here is the last one of an event.
    var endsEvent: Bool { name.isEvent(begin: "</") || name.isEvent(begin: "<") && last == UInt8(ascii: "/") }
}

extension RecordFramer {
    /// Reads a tag between records: one that begins an event, or one that is dropped.
    mutating func takeTag(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        var index = start
        while index < input.count {
            let byte = input[index]
            if state == .tag {
                if markup.name.endsName(before: byte) {
                    guard markup.name.isEvent(begin: "<") else {
                        state = .wrapper
                        continue
                    }
                    state = .event
                    markup.place = .tag
                    hold(markup.name, into: &output)
                    return index
                }
                markup.name.append(byte)
                if markup.name.count > Markup.maxName { state = .wrapper }
            } else if byte == UInt8(ascii: ">") {
                (state, markup) = (.between, Markup())
                return index + 1
            } else if byte == .newline {
                // A tag over several lines, or a text that only begins like one.
                (state, markup) = (.between, Markup())
                return index
            }
            index += 1
        }
        return index
    }

    /// Reads on in an event, up to its end.
    mutating func takeEvent(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        // Holds runs, not single bytes.
        var (run, index) = (start, start)
        while index < input.count {
            let byte = input[index]
            defer { markup.last = byte }
            switch markup.place {
            case .name:
                guard markup.name.endsName(before: byte) || markup.name.count > Markup.maxName else {
                    markup.name.append(byte)
                    index += 1
                    run = index
                    continue
                }
                // The event before it has no end.
                if markup.name.isEvent(begin: "<") { emit(into: &output) }
                state = .event
                hold(markup.name, into: &output)
                markup.place = .tag
                continue
            case .content where byte == UInt8(ascii: "<"):
                hold(input[run..<index], into: &output)
                (markup.place, markup.name) = (.name, [byte])
                run = index + 1
            case .tag where byte == UInt8(ascii: ">"):
                guard !markup.endsEvent else {
                    hold(input[run...index], into: &output)
                    emit(into: &output)
                    markup = Markup()
                    return index + 1
                }
                markup.place = .content
            case .tag where byte == .quote || byte == UInt8(ascii: "'"): markup.place = .value(quote: byte)
            case .value(byte): markup.place = .tag
            case .content, .tag, .value:
                guard byte == .newline || byte == .carriageReturn else { break }
                hold(input[run..<index], into: &output)
                run = index + 1
                takeLineBreak(byte, into: &output)
            }
            index += 1
        }
        if run < input.count { hold(input[run...], into: &output) }
        return input.count
    }

    /// A line break is one newline in a text, in any notation, and a blank in a tag.
    private mutating func takeLineBreak(_ byte: UInt8, into output: inout [UInt8]) {
        if byte == .newline { oweNewline() }
        guard case .content = markup.place else { return hold([.space], into: &output) }
        let isSecondHalf = byte == .newline && markup.last == .carriageReturn
        if !isSecondHalf { hold(Array("&#10;".utf8), into: &output) }
    }
}

extension [UInt8] {
    /// Whether `byte` ends the name of a tag, of which this is the beginning.
    fileprivate func endsName(before byte: UInt8) -> Bool {
        count > 1 && (byte.isBlank || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/"))
    }

    /// Whether this is `begin` and the name `Event`, with or without the prefix of a namespace.
    fileprivate func isEvent(begin: String) -> Bool {
        guard starts(with: begin.utf8), begin.utf8.count == 2 || dropFirst().first != UInt8(ascii: "/") else {
            return false
        }
        let name = dropFirst(begin.utf8.count)
        let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
        return local.elementsEqual("Event".utf8)
    }

    /// Where an event begins in a line of a log.
    var offsetOfEvent: Int? {
        var start = startIndex
        while let tag = self[start...].firstIndex(of: UInt8(ascii: "<")) {
            let name = self[tag...].prefix(Markup.maxName).prefix { !$0.isBlank && $0 != UInt8(ascii: ">") }
            if Array(name).isEvent(begin: "<"), tag + name.count < endIndex { return tag }
            start = tag + 1
        }
        return nil
    }
}
