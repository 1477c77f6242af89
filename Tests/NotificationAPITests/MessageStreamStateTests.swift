import Messages
import TestSupport
import Testing

@testable import Driver
@testable import NotificationAPI

@Suite struct MessageStreamStateTests {
    /// Messages `first` to `last` of a journal.
    private static func records(_ range: ClosedRange<UInt64>) throws -> [MessageRecord] {
        let driver = Driver.make()
        for _ in 0..<range.upperBound { _ = try driver.sendAsyncNotification(.logPrint, .raw([])) }
        return driver.messages(MessageQuery(), limit: .max).items.filter { range.contains($0.message.sequence) }
    }

    private static func page(_ range: ClosedRange<UInt64>, oldest: UInt64 = 1, newest: UInt64, hasMore: Bool = false)
        throws -> MessagePage
    {
        MessagePage(items: try records(range), hasMore: hasMore, oldest: oldest, newest: newest)
    }

    private static let none = MessagePage(items: [], hasMore: false, oldest: 1, newest: 0)

    private static func stream(
        from start: StreamStart = .oldest, limit: Int? = nil, _ format: StreamFormat = .ndjson
    ) -> MessageStreamState {
        MessageStreamState(
            MessageQuery(), from: start, limit: limit, format: MessageFormat(encoding: format),
            texts: StreamTexts(host: "h"))
    }

    /// Everything that can be sent before the stream needs more input.
    private func drain(_ stream: inout MessageStreamState, by size: Int = 4096) -> (String, MessageStreamState.Step) {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: size)
        while true {
            let step = buffer.withUnsafeMutableBytes { stream.next(into: $0) }
            guard case .copied(let count) = step else { return (String(decoding: text, as: UTF8.self), step) }
            text += buffer[..<count]
        }
    }

    private func messages(after sequence: UInt64) -> MessageStreamState.Request {
        var query = MessageQuery()
        query.after = sequence
        return .messages(query)
    }

    private func waiting(after sequence: UInt64) -> MessageStreamState.Step {
        .wait(after: MessageStreamState.Position(sequence: sequence, end: nil))
    }

    @Test func `a stream starts with the oldest message in the journal, without a gap`() throws {
        var stream = Self.stream()
        #expect(drain(&stream) == ("", .fetch(messages(after: 0))))
        stream.receive(try Self.page(4...5, oldest: 4, newest: 5))
        let (text, step) = drain(&stream)
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.hasPrefix(#"{"sequence":4,"#))
        #expect(step == waiting(after: 5))
    }

    @Test(arguments: [1, 2, 7, 100, 5000])
    func `a message larger than the buffer arrives in pieces`(size: Int) throws {
        var (whole, pieces) = (Self.stream(), Self.stream())
        whole.receive(try Self.page(1...3, newest: 3))
        pieces.receive(try Self.page(1...3, newest: 3))
        #expect(drain(&pieces, by: size) == drain(&whole))
    }

    @Test func `as many messages as fit are sent at once`() throws {
        var stream = Self.stream()
        stream.receive(try Self.page(1...100, newest: 100))
        var buffer = [UInt8](repeating: 0, count: 16_384)
        #expect(buffer.withUnsafeMutableBytes { stream.next(into: $0) } == .copied(buffer.count))
        #expect(buffer.split(separator: UInt8(ascii: "\n")).count > 16_384 / 1024)
    }

    @Test(arguments: [nil, 1, 20, 30, 31] as [Int?], [1, 700, 16_384])
    func `a stream sends the same whether others have sent the messages or not`(limit: Int?, size: Int) throws {
        let texts = StreamTexts(host: "h")
        let page = try Self.page(1...30, newest: 30)
        func sent(_ texts: StreamTexts) -> (String, MessageStreamState.Step) {
            var stream = MessageStreamState(
                MessageQuery(), from: .oldest, limit: limit, format: MessageFormat(encoding: .eventStream), texts: texts
            )
            stream.receive(page)
            return drain(&stream, by: size)
        }
        let first = sent(texts)
        #expect(sent(texts) == first)
        #expect(sent(StreamTexts(host: "h")) == first)
        #expect(first.0.split(separator: "\n").count { $0.hasPrefix("data:") } == min(limit ?? 30, 30))
        #expect(first.1 == (limit.map { $0 <= 30 } ?? false ? .end : waiting(after: 30)))
    }

    @Test func `server-sent events use the sequence as their id`() throws {
        var stream = Self.stream(.eventStream)
        #expect(drain(&stream).0 == "retry: 1000\n\n")
        stream.receive(try Self.page(1...1, newest: 1))
        let text = drain(&stream).0
        #expect(text.hasPrefix("id: 1\ndata: {\"sequence\":1,"))
        #expect(text.hasSuffix("}\n\n"))
        #expect(text.split(separator: "\n").count == 2)
        stream.requestHeartbeat()
        #expect(drain(&stream) == (": heartbeat\n\n", waiting(after: 1)))
        #expect(drain(&stream) == ("", waiting(after: 1)), "once a beat")
    }

    @Test func `messages that are still in the journal are resumed without a gap`() throws {
        var stream = Self.stream(from: .resume(lastEventId: 2))
        #expect(drain(&stream).1 == .fetch(messages(after: 2)))
        stream.receive(try Self.page(3...4, oldest: 3, newest: 4))
        #expect(drain(&stream).0.hasPrefix(#"{"sequence":3,"#))
    }

    @Test(arguments: [StreamStart.resume(lastEventId: 2), .after(2)])
    func `messages evicted from the journal are reported as a gap`(start: StreamStart) throws {
        var stream = Self.stream(from: start, .eventStream)
        _ = drain(&stream)
        stream.receive(try Self.page(6...6, oldest: 6, newest: 6))
        #expect(drain(&stream).0.hasPrefix("event: gap\ndata: {\"gap\":{\"first\":3,\"last\":5}}\n\nid: 6\n"))
        // The same happens if the reader is too slow.
        stream.requestFetch()
        #expect(drain(&stream).1 == .fetch(messages(after: 6)))
        stream.receive(try Self.page(9...9, oldest: 9, newest: 9))
        #expect(drain(&stream).0.hasPrefix("event: gap\ndata: {\"gap\":{\"first\":7,\"last\":8}}\n\nid: 9\n"))
    }

    @Test func `a reader of a host that was deleted and created again is notified, and starts over`() throws {
        var stream = Self.stream(from: .resume(lastEventId: 70))
        stream.receive(MessagePage(items: [], hasMore: false, oldest: 1, newest: 2))
        #expect(drain(&stream) == (#"{"reset":{"lastEventId":70,"newest":2}}"# + "\n", .fetch(messages(after: 0))))
        stream.receive(try Self.page(1...2, newest: 2))
        #expect(drain(&stream).0.hasPrefix(#"{"sequence":1,"#))
    }

    @Test(arguments: [UInt64(70), .max])
    func `a stream from a future sequence waits for it`(after: UInt64) {
        var stream = Self.stream(from: .after(after))
        stream.receive(MessagePage(items: [], hasMore: false, oldest: 1, newest: 2))
        #expect(drain(&stream) == ("", waiting(after: after)))
    }

    @Test func `with a filter the stream continues after the messages it has checked`() throws {
        var stream = Self.stream()
        stream.receive(MessagePage(items: try Self.records(3...3), hasMore: false, oldest: 1, newest: 9))
        #expect(drain(&stream).1 == waiting(after: 9))
    }

    @Test func `pages follow one another until there are no more messages`() throws {
        var stream = Self.stream()
        stream.receive(try Self.page(1...2, newest: 4, hasMore: true))
        #expect(drain(&stream).1 == .fetch(messages(after: 2)))
        stream.receive(try Self.page(3...4, newest: 4))
        #expect(drain(&stream).1 == waiting(after: 4))
    }

    @Test func `a stream with a limit ends after that many messages`() throws {
        var stream = Self.stream(limit: 3)
        stream.receive(try Self.page(1...2, newest: 9, hasMore: true))
        #expect(drain(&stream).1 == .fetch(messages(after: 2)))
        stream.receive(try Self.page(3...4, newest: 9, hasMore: true))
        let (text, step) = drain(&stream)
        #expect(text.split(separator: "\n").count == 1)
        #expect(step == .end)
    }
}
