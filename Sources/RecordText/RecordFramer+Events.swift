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

    /// Takes the event that begins at `start`, if it lies in `input` as a whole; returns where it ends. Nil for anything that
    /// `takeEvent` must look into. Gives the same, but looks for two words only, not at each tag.
    mutating func takeWholeEvent(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int? {
        let rest = UnsafeRawBufferPointer(rebasing: input[start...].prefix(Self.maxHeldRecord))
        guard let count = rest.lengthOfEvent else { return nil }
        var (taken, isInTag) = (0, true)
        while let lineBreak = rest.offsetOfLineBreak(from: taken, to: count) {
            let run = rest[taken..<lineBreak]
            if let mark = run.last(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }) {
                isInTag = mark == UInt8(ascii: "<")
            }
            hold(run, into: &output)
            markup.place = isInTag ? .tag : .content
            markup.last = rest[lineBreak - 1]
            takeLineBreak(rest[lineBreak], into: &output)
            taken = lineBreak + 1
        }
        hold(rest[taken..<count], into: &output)
        markup = Markup()
        emit(into: &output)
        return start + count
    }
}

extension UnsafeRawBufferPointer {
    /// The length of the event at the start, if its end is here and no other event begins before it.
    fileprivate var lengthOfEvent: Int? {
        let first = 6
        guard starts(with: "<Event".utf8), first < count, self[first].isBlank || self[first] == UInt8(ascii: ">"),
            // An event whose only tag ends itself.
            let tagEnd = offset(of: UInt8(ascii: ">"), from: first), self[tagEnd - 1] != UInt8(ascii: "/")
        else { return nil }
        var start = first
        while let tag = offset(of: UInt8(ascii: "<"), from: start) {
            start = tag + 1
            let isEnd = start < count && self[start] == UInt8(ascii: "/")
            let name = UnsafeRawBufferPointer(rebasing: self[(isEnd ? start + 1 : start)...])
            guard name.first == UInt8(ascii: "E"), name.starts(with: "Event".utf8) else { continue }
            guard name.count > 5 else { return nil }
            if name[5].isPartOfName { continue }
            return isEnd && name[5] == UInt8(ascii: ">") ? start + 7 : nil
        }
        return nil
    }

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

    /// Position of the first line break from `start` on and before `end`.
    fileprivate func offsetOfLineBreak(from start: Int, to end: Int) -> Int? {
        let rest = UnsafeRawBufferPointer(rebasing: self[start..<end])
        let newline = rest.offset(of: .newline)
        let before = UnsafeRawBufferPointer(rebasing: rest.prefix(newline ?? rest.count))
        return (before.offset(of: .carriageReturn) ?? newline).map { start + $0 }
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
        !byte.isPartOfName && (byte != UInt8(ascii: "/") || count > 1)
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
