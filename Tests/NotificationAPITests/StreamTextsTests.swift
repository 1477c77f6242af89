import Messages
import TestSupport
import Testing

@testable import Driver
@testable import NotificationAPI

/// Live streams of a host share the texts of its messages, and nobody sees another's message or an old state.
@Suite struct StreamTextsTests {
    private static func records(_ count: Int, bytes: Int = 0) throws -> [MessageRecord] {
        let driver = Driver.make()
        let body = [UInt8](repeating: 7, count: bytes)
        for _ in 0..<count { _ = try driver.sendAsyncNotification(.logPrint, .raw(body)) }
        return driver.messages(MessageQuery(), limit: .max).items
    }

    @Test(arguments: MessageFormat.allCases)
    func `a text is what the format writes, for every stream and in every order`(format: MessageFormat) throws {
        let texts = StreamTexts(host: "h")
        // More than are kept, so that places are taken again.
        let records = try Self.records(3 * StreamTexts.capacity)
        for record in records + records.reversed() + records.shuffled() {
            #expect(texts.text(of: record, format) == format.message(record, host: "h"))
        }
    }

    @Test func `a message in another state, another format and another message at its place have texts of their own`()
        throws
    {
        let texts = StreamTexts(host: "h")
        let records = try Self.records(StreamTexts.capacity + 1)
        var sent = records[0]
        sent.delivery = .failed
        sent.status = .timeout
        for _ in 0..<2 {
            for record in [records[0], sent, records[StreamTexts.capacity]] {
                for format in MessageFormat.allCases {
                    #expect(texts.text(of: record, format) == format.message(record, host: "h"))
                }
            }
        }
        #expect(
            texts.text(of: records[0], MessageFormat(encoding: .ndjson))
                != texts.text(of: sent, MessageFormat(encoding: .ndjson)))
    }

    @Test func `a text is written once, unless it is too long to keep`() throws {
        let texts = StreamTexts(host: "h")
        func isKept(_ record: MessageRecord) -> Bool {
            let (one, other) = (
                texts.text(of: record, MessageFormat(encoding: .ndjson)),
                texts.text(of: record, MessageFormat(encoding: .ndjson))
            )
            return one.withUnsafeBufferPointer { one in
                other.withUnsafeBufferPointer { $0.baseAddress == one.baseAddress }
            }
        }
        #expect(isKept(try Self.records(1)[0]))
        #expect(!isKept(try Self.records(1, bytes: StreamTexts.longest)[0]))
    }

    @Test func `a host keeps the texts as long as a stream does`() throws {
        let live = try LiveAPI()
        let host = try #require(live.api.hosts.use("default")).host
        weak var texts: StreamTexts?
        do {
            let held = host.streamTexts
            texts = held
            #expect(host.streamTexts === held)
        }
        #expect(texts == nil)
    }
}
