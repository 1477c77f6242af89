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
