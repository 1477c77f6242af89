import Bytes

extension RecordFramer {
    /// Reads a line that begins like an object.
    mutating func takeLine(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        guard let end = input.offset(of: .newline, from: start) else {
            held.append(contentsOf: input[start...])
            if held.count > Self.maxHeldLine { reframe(as: .object, into: &output) }
            return input.count
        }
        if held.isEmpty {
            guard end - start <= Self.maxHeldLine, input[start..<end].endsLikeObject else {
                state = .object
                return start
            }
            output.append(contentsOf: input[start..<end].withoutTrailingComma)
        } else {
            held.append(contentsOf: input[start..<end])
            guard held.count <= Self.maxHeldLine, held.endsLikeObject else {
                reframe(as: .object, into: &output)
                return end
            }
            output.append(contentsOf: held.withoutTrailingComma)
            held.removeAll(keepingCapacity: true)
        }
        // Its newline stands for the one that was read.
        output.append(.newline)
        (state, indent) = (.between, [])
        return end + 1
    }

    /// Looks at the held text once more, from another state.
    mutating func reframe(as state: State, into output: inout [UInt8]) {
        let text = held
        held = []
        (self.state, indent) = (state, nil)
        text.withUnsafeBytes { convert($0, into: &output) }
    }

    /// Reads a line of other text.
    mutating func takeStray(
        _ input: UnsafeRawBufferPointer, from start: Int, into output: inout [UInt8]
    ) -> Int {
        let end = input.offset(of: .newline, from: start) ?? input.count
        hold(input[start..<end], into: &output)
        if end < input.count { endStray(into: &output) }
        return end
    }

    /// Ends a line of other text: a heading is dropped, and so is what a log writes in front of an event.
    mutating func endStray(into output: inout [UInt8]) {
        if !isSpilled {
            if held.isHeading {
                held.removeAll(keepingCapacity: true)
                state = .between
                return
            }
            if let event = held.offsetOfEvent {
                held.removeFirst(event)
                return reframe(as: .between, into: &output)
            }
        }
        emit(into: &output)
    }
}

extension [UInt8] {
    /// Whether the line is the heading `Record 123` of `evtx_dump`.
    var isHeading: Bool {
        let word = "Record "
        guard starts(with: word.utf8) else { return false }
        return dropFirst(word.utf8.count).withoutTrailingCommas.isDecimal
    }
}
