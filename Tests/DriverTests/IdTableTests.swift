import TestSupport
import Testing

@testable import Driver

@Suite struct IdTableTests {
    @Test func `a value is found by its id until it is removed`() {
        var table = IdTable<UInt32>(filler: 0)
        table[8] = 1
        table[12] = 2
        table[8] = 3
        #expect((table[8], table[12], table[16]) == (3, 2, nil))
        table[8] = nil
        table[16] = nil
        #expect((table[8], table[12], table.count) == (nil, 2, 1))
    }

    @Test(arguments: [0, UInt32.max, UInt32.max - 1])
    func `no id is special`(id: UInt32) {
        var table = IdTable<UInt32>(filler: 7)
        #expect(table[id] == nil)
        table[id] = 0
        #expect((table[id], table.count) == (0, 1))
        table[id] = nil
        #expect((table[id], table.count) == (nil, 0))
    }

    @Test(arguments: 1...8)
    func `whatever is inserted and removed, it contains what a dictionary would`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var (table, expected) = (IdTable<Int>(filler: -1), [UInt32: Int]())
        // Few ids are removed and inserted again and again; many make it grow.
        for (step, range) in [UInt32(40), 5000].flatMap({ range in (0..<20_000).map { ($0, range) } }) {
            let id = 4 * UInt32.random(in: 0..<range, using: &random)
            let value = Bool.random(using: &random) ? step : nil
            table[id] = value
            expected[id] = value
            #expect(table.count == expected.count)
        }
        for id in stride(from: UInt32(0), to: 20_004, by: 1) where table[id] != expected[id] {
            Issue.record("\(id): \(String(describing: table[id])), not \(String(describing: expected[id]))")
        }
    }
}
