import Messages
import TestSupport
import Testing

@testable import Driver

@Suite struct AsyncQueueStateTests {
    private var queue = AsyncQueueState()

    @Test mutating func `ASY-3: a message goes to the tail of its list, and its size counts`() {
        #expect(queue.append(.make(1, high: false, size: 10), limit: 9) == nil)
        #expect(queue.append(.make(2, high: true, size: 20), limit: 9) == nil)
        #expect(queue.append(.make(3, high: false, size: 30), limit: 9) == nil)
        #expect(queue.normal.map(\.record.message.sequence) == [1, 3])
        #expect(queue.highPriority.map(\.record.message.sequence) == [2])
        #expect(queue.notificationsCount == 3)
        #expect(queue.totalSizeRemainingNotifications == 60)
    }

    @Test(arguments: [false, true])
    mutating func `ASY-4: a full list drops its oldest entry`(high: Bool) {
        _ = queue.append(.make(1, high: high, size: 10), limit: 3)
        _ = queue.append(.make(2, high: !high, size: 20), limit: 3)
        _ = queue.append(.make(3, high: high, size: 30), limit: 3)
        #expect(queue.append(.make(4, high: high, size: 40), limit: 3)?.record.message.sequence == 1)
        #expect(queue.notificationsCount == 3)
        #expect(queue.totalSizeRemainingNotifications == 90)
        #expect((high ? queue.highPriority : queue.normal).map(\.record.message.sequence) == [3, 4])
    }

    @Test(arguments: [false, true])
    mutating func `ASY-4: if the list is empty the head of the other one is dropped`(high: Bool) {
        _ = queue.append(.make(1, high: !high, size: 10), limit: 2)
        _ = queue.append(.make(2, high: !high, size: 20), limit: 2)
        #expect(queue.append(.make(3, high: high, size: 40), limit: 2)?.record.message.sequence == 1)
        #expect(queue.notificationsCount == 2)
        #expect(queue.totalSizeRemainingNotifications == 60)
    }

    @Test mutating func `ASY-4: with limit 0 and empty lists the new message itself is dropped`() {
        #expect(queue.append(.make(1, high: true, size: 10), limit: 0)?.record.message.sequence == 1)
        #expect(queue.notificationsCount == 0)
        #expect(queue.totalSizeRemainingNotifications == 0)
    }

    @Test(arguments: [false, true])
    mutating func `over its byte limit a queue drops its oldest, the same list first and the new one last`(high: Bool) {
        for (sequence, isHigh) in [(1, !high), (2, high), (3, high), (4, !high)] as [(UInt64, Bool)] {
            _ = queue.append(.make(sequence, high: isHigh, size: 10), limit: 9)
        }
        let new = AsyncNotification.make(5, high: high, size: 10)
        _ = queue.append(new, limit: 9)
        #expect(queue.takeExcess(over: 50, for: new).isEmpty)
        #expect(queue.takeExcess(over: 35, for: new).map(\.record.message.sequence) == [2, 3])
        #expect(queue.totalSizeRemainingNotifications == 30)
        #expect(queue.takeExcess(over: 5, for: new).map(\.record.message.sequence) == [1, 4, 5])
        #expect(queue.totalSizeRemainingNotifications == 0)
        #expect(queue.notificationsCount == 0)
    }

    @Test mutating func `ASY-4: with a limit lowered below the count each message drops one`() {
        for sequence: UInt64 in 1...5 { _ = queue.append(.make(sequence, high: false, size: 1), limit: 5) }
        for sequence: UInt64 in 6...8 {
            #expect(
                queue.append(.make(sequence, high: false, size: 1), limit: 0)?.record.message.sequence == sequence - 5)
        }
        #expect(queue.notificationsCount == 5)
    }

    @Test(arguments: [
        (0, "nnnhhh"), (1, "hnhnhn"), (2, "hhnhnn"), (3, "hhhnnn"), (8, "hhhnnn"),
    ])
    mutating func `ASY-6: high priority is sent first until the starvation limit lets a normal one through`(
        limit: Int, order: String
    ) {
        for sequence: UInt64 in 1...6 { _ = queue.append(.make(sequence, high: sequence > 3, size: 1), limit: 9) }
        var taken = ""
        while let next = queue.takeNext(starvationLimit: limit) { taken += next.isHighPriority ? "h" : "n" }
        #expect(taken == order)
    }

    @Test mutating func `ASY-6: at the limit without a normal message the counter restarts with the high one`() {
        for sequence: UInt64 in 1...4 { _ = queue.append(.make(sequence, high: true, size: 1), limit: 9) }
        var counters: [Int] = []
        while queue.takeNext(starvationLimit: 2) != nil { counters.append(queue.starvationCounter) }
        #expect(counters == [1, 2, 1, 2])
    }

    @Test mutating func `ASY-6: a limit below the counter has no effect until a normal message resets it`() {
        for sequence: UInt64 in 1...5 { _ = queue.append(.make(sequence, high: sequence < 5, size: 1), limit: 9) }
        for _ in 0..<3 { _ = queue.takeNext(starvationLimit: 8) }
        #expect(queue.starvationCounter == 3)
        #expect(queue.takeNext(starvationLimit: 1)?.isHighPriority == true)
        #expect(queue.takeNext(starvationLimit: 1)?.isHighPriority == false)
        #expect(queue.starvationCounter == 0)
    }

    @Test mutating func `ASY-6: an empty queue returns nothing and the counter stays`() {
        _ = queue.append(.make(1, high: true, size: 1), limit: 9)
        _ = queue.takeNext(starvationLimit: 1)
        #expect(queue.takeNext(starvationLimit: 1) == nil)
        #expect(queue.starvationCounter == 1)
    }

    @Test mutating func `ASY-7: a message that was taken is no longer counted`() {
        _ = queue.append(.make(1, high: false, size: 10), limit: 9)
        _ = queue.append(.make(2, high: false, size: 20), limit: 9)
        #expect(queue.takeNext(starvationLimit: 8)?.size == 10)
        #expect(queue.notificationsCount == 1)
        #expect(queue.totalSizeRemainingNotifications == 20)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `ASY-3 to ASY-7: random sequences follow the rules`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var queue = AsyncQueueState()
        var model = QueueModel()
        var limit = 4
        var starvationLimit = 2
        for sequence in 1...2000 as ClosedRange<UInt64> {
            switch Int.random(in: 0..<20, using: &random) {
            case 0: limit = [0, 1, 2, 3, 5, 30].randomElement(using: &random) ?? 0
            case 1: starvationLimit = [0, 1, 2, 3, 8].randomElement(using: &random) ?? 0
            case 2..<12:
                let entry = QueueModel.Entry(
                    sequence: sequence, isHigh: .random(using: &random), size: .random(in: 0...50, using: &random))
                let dropped = queue.append(
                    .make(entry.sequence, high: entry.isHigh, size: entry.size), limit: limit)
                #expect(dropped?.record.message.sequence == model.send(entry, max: limit)?.sequence)
            default:
                let taken = queue.takeNext(starvationLimit: starvationLimit)
                #expect(taken?.record.message.sequence == model.take(limit: starvationLimit)?.sequence)
            }
            #expect(queue.notificationsCount == model.notificationsCount)
            #expect(queue.notificationsCount == model.semaphore)
            #expect(queue.totalSizeRemainingNotifications == model.totalSizeRemaining)
            #expect(queue.starvationCounter == model.counter)
            #expect(queue.highPriority.map(\.record.message.sequence) == model.high.map(\.sequence))
            #expect(queue.normal.map(\.record.message.sequence) == model.normal.map(\.sequence))
        }
    }
}

/// MP_ASYNC as ASY-3 to ASY-7 describe it, word for word, with its own semaphore.
private struct QueueModel {
    struct Entry {
        let sequence: UInt64
        let isHigh: Bool
        let size: Int
    }

    var high: [Entry] = []
    var normal: [Entry] = []
    var notificationsCount = 0
    var totalSizeRemaining = 0
    var semaphore = 0
    var counter = 0

    mutating func send(_ entry: Entry, max: Int) -> Entry? {
        if notificationsCount < max {
            insert(entry)
            notificationsCount += 1
            totalSizeRemaining += entry.size
            semaphore += 1
            return nil
        }
        let oldest: Entry
        if entry.isHigh ? !high.isEmpty : normal.isEmpty && !high.isEmpty {
            oldest = high.removeFirst()
        } else if !normal.isEmpty {
            oldest = normal.removeFirst()
        } else {
            return entry
        }
        insert(entry)
        totalSizeRemaining += entry.size - oldest.size
        return oldest
    }

    private mutating func insert(_ entry: Entry) {
        if entry.isHigh { high.append(entry) } else { normal.append(entry) }
    }

    mutating func take(limit: Int) -> Entry? {
        if semaphore == 0 { return nil }
        semaphore -= 1
        let taken: Entry
        if counter == limit {
            counter = 0
            if !normal.isEmpty {
                taken = normal.removeFirst()
            } else {
                taken = high.removeFirst()
                counter += 1
            }
        } else if !high.isEmpty {
            taken = high.removeFirst()
            counter += 1
        } else {
            taken = normal.removeFirst()
            counter = 0
        }
        notificationsCount -= 1
        totalSizeRemaining -= taken.size
        return taken
    }
}
