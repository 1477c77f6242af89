extension ObjectLines {
    /// The form of a text, detected from its start.
    enum Beginning: Equatable {
        /// One object per line, or anything else that is not multi-line JSON.
        case lines
        /// JSON that must be converted to lines.
        case objects
        /// More bytes are needed.
        case unclear
    }

    /// Checks the first line of `head` that is not blank: a bracket, a heading, or an object that is still open at its end.
    ///
    /// A line that ends inside a string is a truncated line of a recording, not the first line of an object.
    static func beginning(of head: [UInt8]) -> Beginning {
        guard let start = head.firstIndex(where: { !$0.isBlank }) else { return .unclear }
        if head[start] == UInt8(ascii: "[") { return .objects }
        guard let end = head[start...].firstIndex(of: .newline) else { return .unclear }
        let line = head[start..<end]
        if isHeading(line) { return .objects }
        guard head[start] == UInt8(ascii: "{") else { return .lines }
        var rest = ObjectLines()
        var output: [UInt8] = []
        line.withUnsafeBytes { rest.convert($0, into: &output) }
        return rest.isInObject ? .objects : .lines
    }
}
