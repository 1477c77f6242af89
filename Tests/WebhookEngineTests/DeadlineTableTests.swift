import Bytes
import Testing

@testable import WebhookEngine

/// The deadlines of the connections of a thread.
@Suite struct DeadlineTableTests {
    private let start = Monotonic.now()

    private func after(_ milliseconds: Int) -> Monotonic { start + .milliseconds(milliseconds) }

    private func expired(_ table: inout DeadlineTable, at milliseconds: Int) -> [Int] {
        var numbers: [Int] = []
        while let number = table.takeExpired(at: after(milliseconds)) { numbers.append(number) }
        return numbers
    }

    @Test func `deadlines expire in order, once, and not before their time`() {
        var table = DeadlineTable()
        #expect(table.next == nil)
        for (number, time) in [(3, 30), (0, 10), (7, 20), (1, 20)] { table.set(number, after(time)) }
        #expect(table.next == after(10))
        #expect(expired(&table, at: 9) == [])
        #expect(expired(&table, at: 10) == [0])
        #expect(expired(&table, at: 29).sorted() == [1, 7])
        #expect(expired(&table, at: 1000) == [3])
        #expect(expired(&table, at: 1000) == [] && table.next == nil)
    }

    @Test func `a deadline is replaced by a later or an earlier one`() {
        var table = DeadlineTable()
        table.set(1, after(10))
        table.set(1, after(50))
        #expect(expired(&table, at: 49) == [])
        table.set(1, after(60))
        #expect(expired(&table, at: 59) == [])
        table.set(1, after(20))
        #expect(expired(&table, at: 59) == [1])
        #expect(expired(&table, at: 1000) == [])
        table.set(1, after(10))
        table.remove(1)
        #expect(expired(&table, at: 1000) == [])
        table.set(1, after(30))
        table.set(1, after(20))
        table.set(1, after(40))
        #expect(expired(&table, at: 39) == [] && expired(&table, at: 40) == [1])
    }

    @Test func `replacing deadlines a million times leaves no more entries than numbers`() {
        var table = DeadlineTable()
        for round in 0..<250_000 {
            for number in 0..<4 { table.set(number, after(round + 1000)) }
            #expect(table.takeExpired(at: after(round)) == nil)
        }
        #expect(table.entryCount <= 4)
    }
}
