import TestSupport
import Testing

@testable import Driver

@Suite struct RecencyOrderTests {
    @Test(arguments: UInt64(1)...8)
    func `UIA-5: whatever is added, moved and removed, the order is that of the last changes`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var (order, expected) = (RecencyOrder(), [Int]())
        for _ in 0..<3000 {
            let slot = Int.random(in: 0..<20, using: &random)
            switch (expected.contains(slot), Bool.random(using: &random)) {
            case (false, _): order.append(slot)
            case (true, true): order.moveToEnd(slot)
            case (true, false): order.remove(slot)
            }
            let isRemoved = expected.contains(slot) && !order.newestFirst { _ in true }.contains(slot)
            expected.removeAll { $0 == slot }
            if !isRemoved { expected.insert(slot, at: 0) }
            #expect(order.newestFirst { _ in true } == expected)
        }
    }

    @Test func `UIA-5: only the slots that are wanted are visited, and the one that ends the search`() {
        var order = RecencyOrder()
        for slot in 0..<100_000 { order.append(slot) }
        for slot in [7, 70_000, 700] { order.moveToEnd(slot) }
        var visited = 0
        let found = order.newestFirst { slot in
            visited += 1
            return [7, 70_000, 700].contains(slot)
        }
        #expect(found == [700, 70_000, 7])
        #expect(visited == 4)
    }
}
