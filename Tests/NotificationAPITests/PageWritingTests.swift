import Driver
import JSON
import Synchronization
import Testing

@testable import NotificationAPI

/// Pages that are written one part at a time.
@Suite struct PageWritingTests {
    private let memory = AnswerMemory(limit: 1 << 20)

    /// A page of `count` texts of 999 bytes.
    private func page(_ count: Int, within limit: Int = 4 << 20) -> PageWriting<Int> {
        PageWriting(Array(0..<count), within: limit, { [memory] in memory.reserve($0) }) { json, number in
            json.value(String(repeating: number.isMultiple(of: 2) ? "a" : "b", count: 997))
        }
    }

    @Test func `the first slice writes little more than its part, the second the rest, and both count`() throws {
        var page = page(300)
        #expect(page.advance() == nil)
        #expect(memory.bytes == 65_999)
        guard case .written(let parts, 300, let reservation?) = page.advance() else {
            Issue.record("the page is not written")
            return
        }
        #expect(parts.map(\.count) == [65_999, 233_999])
        #expect(memory.bytes == 299_998)
        withExtendedLifetime((reservation, page)) {}
    }

    @Test func `memory of an abandoned page is released`() {
        do {
            var page = page(300)
            #expect(page.advance() == nil)
            #expect(memory.bytes == 65_999)
        }
        #expect(memory.bytes == 0)
    }

    @Test func `a page ends at its limit, with at least one item`() {
        for (limit, expected) in [(10_500, 10), (9_999, 10), (9_998, 9), (1, 1)] {
            var page = page(300, within: limit)
            guard case .written(let parts, let count, _) = page.advance() else {
                Issue.record("the page is not written")
                continue
            }
            #expect(count == expected)
            #expect(parts.map(\.count) == [expected * 1000 - 1])
            #expect(parts[0].last == UInt8(ascii: "\""))
        }
    }

    @Test func `a page without memory is refused midway, and a small one is written anyway`() {
        let others = memory.reserveOverLimit(800_000)
        var large = page(300)
        #expect(large.advance() == nil)
        guard case .refused = large.advance() else {
            Issue.record("the page is written")
            return
        }
        memory.reserveOverLimit(1 << 20).keep {
            var small = page(4)
            guard case .written(_, 4, nil) = small.advance() else {
                Issue.record("the small page is not written")
                return
            }
            var empty = page(0)
            guard case .written([], 0, nil) = empty.advance() else {
                Issue.record("the empty page is not written")
                return
            }
        }
        withExtendedLifetime(others) {}
    }
}

extension AnswerMemory.Reservation {
    /// Keeps the bytes while `body` runs.
    fileprivate func keep(_ body: () -> Void) { withExtendedLifetime(self, body) }
}
