import Logging
import Settings
import Testing

@testable import Console

@Suite struct LineLogHandlerTests {
    private let event = LogEvent(
        level: .warning, message: "two\nlines \u{1b}[31m \"quoted\"", metadata: ["b": "2", "a": "x\ny"], source: nil,
        file: "", function: "", line: 0)

    @Test func `text is one line whatever the message contains`() {
        let handler = LineLogHandler(label: "serve", level: .info, format: .text)
        #expect(
            handler.line(event, time: "T")
                == #"T warning serve: two\u{a}lines \u{1b}[31m "quoted" a=x\u{a}y b=2"#)
    }

    @Test func `json is one object per line, with the handler's metadata below the event's`() {
        var handler = LineLogHandler(label: "serve", level: .info, format: .json)
        handler[metadataKey: "a"] = "overridden"
        handler[metadataKey: "c"] = "3"
        #expect(
            handler.line(event, time: "T")
                == #"{"time":"T","level":"warning","label":"serve","message":"two\nlines \u001b[31m \"quoted\"","#
                + #""metadata":{"a":"x\ny","b":"2","c":"3"}}"#)
    }
}

@Suite struct LoggedNumberTests {
    @Test func `numbers are numbers in json, and text looks the same`() {
        let event = LogEvent(
            level: .info, message: "m",
            metadata: [
                "a": .stringConvertible(3), "b": .stringConvertible(UInt64.max), "c": "3",
                "d": .stringConvertible(Int64.min),
            ],
            source: nil, file: "", function: "", line: 0)
        let json = LineLogHandler(label: "x", level: .info, format: .json).line(event, time: "T")
        #expect(json.contains(#""metadata":{"a":3,"b":18446744073709551615,"c":"3","d":-9223372036854775808}"#))
        let text = LineLogHandler(label: "x", level: .info, format: .text).line(event, time: "T")
        #expect(text.hasSuffix("a=3 b=18446744073709551615 c=3 d=-9223372036854775808"))
    }
}
