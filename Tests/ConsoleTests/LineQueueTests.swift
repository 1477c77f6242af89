import Dispatch
import Glibc
import Locking
import TestSupport
import Testing

@testable import Console

/// The lines that are kept and those that are dropped.
@Suite struct LineQueueStateTests {
    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    private func texts(_ batch: LineQueueState.Batch?) -> [String]? {
        batch?.lines.map { String(decoding: $0.dropLast(), as: UTF8.self) }
    }

    @Test func `only the first line starts a writer`() {
        var state = LineQueueState(byteLimit: 100)
        let putA = state.put(line("a"))
        #expect(putA)
        let putB = state.put(line("b"))
        #expect(!putB)
        let batch1 = state.next()
        #expect(texts(batch1) == ["a", "b"])
        let putC = state.put(line("c"))
        #expect(!putC)
        let batch2 = state.next()
        #expect(texts(batch2) == ["c"])
        let batch3 = state.next()
        #expect(texts(batch3) == nil)
        let putD = state.put(line("d"))
        #expect(putD)
    }

    @Test func `when the queue is full the oldest lines are dropped, and the newest stays whatever its length`() {
        var state = LineQueueState(byteLimit: 6)
        for text in ["a", "b", "c", "d"] { _ = state.put(line(text)) }
        #expect(state.dropped == 1)
        _ = state.put(line("longer than all"))
        #expect(state.dropped == 4)
        let batch = state.next()
        #expect(texts(batch) == ["longer than all"])
        #expect(batch?.unreported == 4)
    }

    @Test func `dropped lines are reported once, after the report was written`() throws {
        var state = LineQueueState(byteLimit: 2)
        for text in ["a", "b"] { _ = state.put(line(text)) }
        let lostBatch = state.next()
        let lost = try #require(lostBatch)
        #expect(lost.unreported == 1)
        state.wrote(0, of: lost, prefix: 10)
        #expect(state.dropped == 2)
        _ = state.put(line("c"))
        let writtenBatch = state.next()
        let written = try #require(writtenBatch)
        #expect(written.unreported == 2)
        state.wrote(12, of: written, prefix: 10)
        #expect(state.dropped == 2)
        _ = state.put(line("d"))
        let last = state.next()
        #expect(last?.unreported == 0)
    }

    @Test func `a partly written line is lost, and the next one starts on a new line`() throws {
        var state = LineQueueState(byteLimit: 100)
        for text in ["ab", "cd", "ef"] { _ = state.put(line(text)) }
        let batchBatch = state.next()
        let batch = try #require(batchBatch)
        #expect(!batch.beginsMidLine)
        state.wrote(4, of: batch, prefix: 0)
        #expect(state.dropped == 2)
        _ = state.put(line("gh"))
        let next = state.next()
        #expect(next?.beginsMidLine == true)
        var other = LineQueueState(byteLimit: 100)
        _ = other.put(line("ab"))
        let wholeBatch = other.next()
        let whole = try #require(wholeBatch)
        other.wrote(3, of: whole, prefix: 0)
        _ = other.put(line("cd"))
        let after = other.next()
        #expect(after?.beginsMidLine == false)
        #expect(other.dropped == 0)
    }

    @Test func `a write contains as many lines as a pipe accepts whole, or one line`() {
        var state = LineQueueState(byteLimit: 1 << 20)
        for _ in 0..<3 { _ = state.put(line(String(repeating: "x", count: 2047))) }
        _ = state.put(line(String(repeating: "y", count: 10_000)))
        let batch5 = state.next()
        #expect(batch5?.lines.map(\.count) == [2048, 2048])
        let batch6 = state.next()
        #expect(batch6?.lines.map(\.count) == [2048])
        let batch7 = state.next()
        #expect(batch7?.lines.map(\.count) == [10_001])
    }

    @Test func `on request only the newest line is kept`() {
        var state = LineQueueState(byteLimit: 100)
        for text in ["a", "b", "c"] { _ = state.put(line(text)) }
        state.keepNewest()
        let batch4 = state.next()
        #expect(texts(batch4) == ["c"])
        #expect(state.dropped == 2)
    }
}

/// Lines for a reader that may not read them.
@Suite struct LineQueueTests {
    /// A stream that accepts nothing until it is opened.
    private final class Gate: Sendable {
        let text = Locked("")
        let isReached = DispatchSemaphore(value: 0)
        let isOpen = DispatchSemaphore(value: 0)

        func write(_ bytes: [UInt8]) -> (count: Int, fault: CInt) {
            isReached.signal()
            isOpen.wait()
            text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return (bytes.count, 0)
        }
    }

    @Test func `putting a line never waits, and the reader later learns how many lines are missing`() {
        let gate = Gate()
        let queue = LineQueue(byteLimit: 20, notice: { "\($0) dropped" }, write: gate.write)
        queue.put("first")
        gate.isReached.wait()
        for number in 0..<100 { queue.put("line \(number)") }
        #expect(queue.dropped == 98)
        for _ in 0..<3 { gate.isOpen.signal() }
        queue.flush(within: .failSafe)
        #expect(gate.text.withLock { $0 } == "first\n98 dropped\nline 98\nline 99\n")
    }

    @Test func `a flush without a reader ends in time, and the newest line is written once someone reads`() {
        let gate = Gate()
        let queue = LineQueue(notice: { "\($0) dropped" }, write: gate.write)
        queue.put("first")
        gate.isReached.wait()
        for number in 0..<10 { queue.put("line \(number)") }
        queue.put("the account")
        let before = ContinuousClock.now
        queue.flush(within: .milliseconds(100))
        #expect(ContinuousClock.now - before < .seconds(20))
        for _ in 0..<3 { gate.isOpen.signal() }
        queue.flush(within: .failSafe)
        #expect(gate.text.withLock { $0 } == "first\n10 dropped\nthe account\n")
    }

    @Test func `a failed write loses lines and counts them, and the next one is tried`() {
        let faults = Locked<[CInt]>([ENOSPC, 0])
        let text = Locked("")
        let queue = LineQueue(notice: { "\($0) dropped" }) { bytes in
            let fault = faults.withLock { $0.isEmpty ? 0 : $0.removeFirst() }
            if fault == 0 { text.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
            return (fault == 0 ? bytes.count : 0, fault)
        }
        queue.put("lost")
        queue.flush(within: .failSafe)
        #expect(queue.fault == ENOSPC)
        #expect(queue.dropped == 1)
        queue.put("kept")
        queue.flush(within: .failSafe)
        #expect(queue.fault == 0)
        #expect(text.withLock { $0 } == "1 dropped\nkept\n")
    }

    @Test func `lines from many threads all arrive, each one whole`() {
        let text = Locked("")
        let queue = LineQueue(notice: { "\($0) dropped" }) { bytes in
            text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return (bytes.count, 0)
        }
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<200 { queue.put("\(thread):\(number)") }
        }
        queue.flush(within: .failSafe)
        let lines = text.withLock { $0 }.split(separator: "\n")
        #expect(lines.count == 1600)
        #expect(Set(lines) == Set((0..<1600).map { "\($0 / 200):\($0 % 200)" as Substring }))
        #expect(queue.dropped == 0)
    }
}
