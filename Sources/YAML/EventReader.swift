import Bytes
import CYAML

/// libyaml's parser over bytes in memory. For one thread at a time.
struct EventReader: ~Copyable {
    /// On the heap: the parser points to itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the last event ended.
    private var end = YAMLPosition(line: 1, column: 1)
    /// The last event, if it was a quoted text.
    private var quoted: YAMLAdvice.Quoted?

    /// A reader of `bytes`, which must outlive it.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        precondition(yaml_parser_initialize(parser) == 1, "no memory for a YAML parser")
        // Otherwise libyaml looks for UTF-16.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event. Must not be called after the end of the stream, nor after a fault.
    mutating func next() throws(YAMLFault) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        defer { yaml_event_delete(&event) }
        var position = YAMLPosition(event.start_mark)
        let isMissing = event.type == YAML_SCALAR_EVENT && event.start_mark.index == event.end_mark.index
        // For a missing value, libyaml may have the position of the next token, which at the end of the text is behind it.
        if isMissing && position.column == 1 { position = end }
        end = YAMLPosition(event.end_mark)
        quoted = YAMLAdvice.Quoted(event, at: position)
        return Event(event, at: position)
    }

    /// The fault that the parser stopped at.
    private func fault() -> YAMLFault {
        let reason = parser.pointee
        let problem = reason.problem.map { String(cString: $0) } ?? "unknown fault"
        switch reason.error {
        case YAML_READER_ERROR:
            let detail =
                reason.problem_value >= 0
                ? "\(problem): U+\(reason.problem_value.hexDigits(4, uppercase: true))" : problem
            return YAMLFault(line: bytes.line(of: reason.problem_offset), "is not YAML: \(detail)")
        case YAML_PARSER_ERROR where problem.hasPrefix("Maximum nesting level"):
            return YAMLFault(line: reason.problem_mark.line + 1, "is nested too deeply")
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            let context = reason.context.map { String(cString: $0) } ?? ""
            let position = YAMLPosition(reason.problem_mark)
            // An end that is missing is noticed lines later.
            let start = reason.context_mark.line + 1
            let origin = !context.isEmpty && start < position.line ? " \(context) from line \(start)" : ""
            let advice = YAMLAdvice(stop(problem, context, start, at: position))
            return YAMLFault(
                line: position.line,
                "is not YAML: \(advice.problem) at column \(position.column)\(origin)\(advice.text)")
        default:
            return YAMLFault(line: nil, "is not YAML: \(problem)")
        }
    }

    /// The text around the position where the parser stopped.
    private func stop(
        _ problem: String, _ context: String, _ start: Int, at position: YAMLPosition
    ) -> YAMLAdvice.Stop {
        let lines = bytes.lines(to: position.line)
        func line(_ number: Int) -> String { lines.indices.contains(number - 1) ? lines[number - 1] : "" }
        let previous = (1..<position.line).last { number in
            line(number).first { $0 != " " }.map { $0 != "#" } ?? false
        }
        let between = line(position.line).unicodeScalars.prefix(position.column - 1).dropFirst(end.column - 1)
        let isBehind = end.line == position.line && between.allSatisfy { $0 == " " }
        return YAMLAdvice.Stop(
            problem: problem, context: context, start: start, position: position, line: line(position.line),
            startLine: line(start), previous: previous.map { ($0, line($0)) }, quoted: isBehind ? quoted : nil)
    }
}

extension YAMLAdvice.Quoted {
    /// The quoted text of `event`; nil for any other event.
    fileprivate init?(_ event: yaml_event_t, at position: YAMLPosition) {
        guard event.type == YAML_SCALAR_EVENT else { return nil }
        let style = event.data.scalar.style
        if style != YAML_SINGLE_QUOTED_SCALAR_STYLE && style != YAML_DOUBLE_QUOTED_SCALAR_STYLE { return nil }
        self.init(line: position.line, isSingle: style == YAML_SINGLE_QUOTED_SCALAR_STYLE)
    }
}

extension YAMLPosition {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}
