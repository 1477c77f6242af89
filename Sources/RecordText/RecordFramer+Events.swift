import Bytes
import Glibc

/// The position in the markup of an event.
struct Markup: Sendable {
    enum Place {
        /// Between tags.
        case content
        /// In the name of a tag.
        case name
        /// Behind the name of a tag.
        case tag
    }

    var place = Place.content
    /// The current tag, up to the end of its name.
    var name: [UInt8] = []
    /// The name of the event's first tag: `Event`, with or without the prefix of a namespace.
    var event: ArraySlice<UInt8> = []
    /// The last byte.
    var last: UInt8 = 0

    /// The longest name that matters.
    static let maxName = 64

    /// Whether the current tag is the first one of an event like this.
    var beginsEvent: Bool { name.dropFirst() == event }

    /// Whether the current tag, which ends here, is the last one of the event.
    var endsEvent: Bool {
        name.starts(with: [UInt8(ascii: "<"), UInt8(ascii: "/")]) && name.dropFirst(2) == event
            || beginsEvent && last == UInt8(ascii: "/")
    }
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
                    guard markup.name.isEvent else {
                        state = .wrapper
                        continue
                    }
                    state = .event
                    (markup.place, markup.event) = (.tag, markup.name.dropFirst())
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

    /// Reads on in an event, up to its end. Each `<` begins a tag: it cannot stand anywhere else.
    mutating func takeEvent(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        // Holds runs, not single bytes.
        var (run, index) = (start, start)
        while index < input.count {
            if markup.place == .name {
                let byte = input[index]
                guard markup.name.endsName(before: byte) || markup.name.count > Markup.maxName else {
                    markup.name.append(byte)
                    index += 1
                    run = index
                    continue
                }
                if markup.beginsEvent {
                    // The event before it has no end.
                    emit(into: &output)
                    state = .event
                }
                hold(markup.name, into: &output)
                markup.place = .tag
            }
            index = input.endOfMarkupRun(from: index)
            if index > run { markup.last = input[index - 1] }
            guard index < input.count else { break }
            switch input[index] {
            case UInt8(ascii: "<"):
                hold(input[run..<index], into: &output)
                (markup.place, markup.name) = (.name, [UInt8(ascii: "<")])
                run = index + 1
            case UInt8(ascii: ">"):
                if markup.place == .tag, markup.endsEvent {
                    hold(input[run...index], into: &output)
                    emit(into: &output)
                    markup = Markup()
                    return index + 1
                }
                markup.place = .content
            default:
                hold(input[run..<index], into: &output)
                run = index + 1
                takeLineBreak(input[index], into: &output)
            }
            markup.last = input[index]
            index += 1
        }
        if run < input.count { hold(input[run...], into: &output) }
        return input.count
    }

    /// A line break is one newline in a text, in any notation, and a blank in a tag.
    private mutating func takeLineBreak(_ byte: UInt8, into output: inout [UInt8]) {
        if byte == .newline { oweNewline() }
        guard markup.place == .content else { return hold([.space], into: &output) }
        let isSecondHalf = byte == .newline && markup.last == .carriageReturn
        if !isSecondHalf { hold(Array("&#10;".utf8), into: &output) }
    }

    /// Where the event ends that begins at `start`, if it lies in `input` as a whole, without line breaks: it needs no change. Nil
    /// for anything that `takeEvent` must look into.
    static func endOfWholeEvent(in input: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let first = start + 6
        guard input.has("<Event", at: start), first < input.count,
            input[first] == .space || input[first] == UInt8(ascii: ">"),
            // An event whose only tag ends itself.
            let tagEnd = input.offset(of: UInt8(ascii: ">"), from: first), input[tagEnd - 1] != UInt8(ascii: "/")
        else { return nil }
        var tag = first
        while let next = input.offset(of: UInt8(ascii: "<"), from: tag) {
            if input.has("</Event", at: next), next + 7 < input.count, !input[next + 7].isPartOfName {
                let end = next + 8
                let event = UnsafeRawBufferPointer(rebasing: input[start..<end])
                let isOneLine = event.offset(of: .newline) == nil && event.offset(of: .carriageReturn) == nil
                return input[end - 1] == UInt8(ascii: ">") && isOneLine && event.count <= maxHeldRecord ? end : nil
            }
            // Another event in this one, which then has no end.
            if input.has("<Event", at: next), next + 6 < input.count, !input[next + 6].isPartOfName { return nil }
            tag = next + 1
        }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    /// Position of the first `<`, `>` or line break from `start` on, or the end.
    fileprivate func endOfMarkupRun(from start: Int) -> Int {
        var index = start
        while index < count {
            switch self[index] {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), .newline, .carriageReturn: return index
            default: index += 1
            }
        }
        return index
    }
}

extension UnsafeRawBufferPointer {
    /// Whether `text` is at `start`.
    fileprivate func has(_ text: StaticString, at start: Int) -> Bool {
        guard let base = baseAddress, start + text.utf8CodeUnitCount <= count else { return false }
        return memcmp(base + start, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}

extension UInt8 {
    /// Whether the name of a tag goes on with the byte.
    fileprivate var isPartOfName: Bool {
        !isBlank && self != UInt8(ascii: "<") && self != UInt8(ascii: ">") && self != UInt8(ascii: "/")
    }
}

extension [UInt8] {
    /// Whether `byte` ends the name of a tag, of which this is the beginning.
    fileprivate func endsName(before byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || count > 1 && !byte.isPartOfName
    }

    /// Whether this is the beginning of an event's first tag, with or without the prefix of a namespace.
    fileprivate var isEvent: Bool {
        guard first == UInt8(ascii: "<"), dropFirst().first != UInt8(ascii: "/") else { return false }
        let name = dropFirst()
        let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
        return local.elementsEqual("Event".utf8)
    }

    /// Where an event begins in a line of a log.
    var offsetOfEvent: Int? {
        var start = startIndex
        while let tag = self[start...].firstIndex(of: UInt8(ascii: "<")) {
            let name =
                self[tag...].prefix(Markup.maxName).prefix(1)
                + self[(tag + 1)...].prefix(Markup.maxName).prefix(while: \.isPartOfName)
            if Array(name).isEvent, tag + name.count < endIndex { return tag }
            start = tag + 1
        }
        return nil
    }
}
