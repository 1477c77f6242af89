extension ObjectLines {
    /// What the beginning of a text says about all of it.
    enum Beginning: Equatable {
        /// It is one object a line, or at least no JSON that goes over several lines.
        case lines
        /// It has to be turned into lines.
        case objects
        /// More of it is needed.
        case unclear
    }

    /// Looks at the first line of `head` that is not blank: a bracket, a heading, or an object that the line does not close.
    ///
    /// A line that ends in a string is a recording's that was cut, not the first one of an object.
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
