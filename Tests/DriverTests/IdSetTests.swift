import TestSupport
import Testing

@testable import Driver

@Suite struct IdSetTests {
    @Test(arguments: 0..<10 as Range<UInt64>)
    func `the lowest free id matches a naive search, whatever is taken and released`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var ids = IdSet()
        var used: Set<UInt32> = [0]
        for _ in 0..<4000 {
            let lowest = ids.lowestFree
            #expect(lowest == stride(from: UInt32(4), to: .max, by: 4).first { !used.contains($0) })
            let ends: [UInt32] = [0, 1, 4, 8, .max, .max - 3, .max - 7, 1 << 31, 256, 252, 16384, 1 << 20]
            let id =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: ends.randomElement(using: &random) ?? 0
                case 1: UInt32.random(in: 0...600, using: &random)
                default: lowest
                }
            if Int.random(in: 0..<3, using: &random) == 0 {
                let given = used.randomElement(using: &random) ?? 0
                ids.remove(given)
                if given != 0 { used.remove(given) }
            } else {
                ids.insert(id)
                used.insert(id)
            }
        }
    }

    @Test func `ids up to the end of a word of each level are found`() {
        var ids = IdSet()
        for index in 1..<UInt32(64 * 64 * 64) { ids.insert(4 * index) }
        #expect(ids.lowestFree == 4 * 64 * 64 * 64)
        ids.insert(4 * 64 * 64 * 64)
        #expect(ids.lowestFree == 4 * 64 * 64 * 64 + 4)
        for id: UInt32 in [4 * 4096, 4 * 4095, 4 * 64, 4] {
            ids.remove(id)
            #expect(ids.lowestFree == id)
        }
    }

    /// The time for exits and creations among `count` processes in the most expensive pattern: low ids are released and
    /// taken again explicitly.
    private func time(_ count: UInt32) -> Duration {
        var ids = IdSet()
        for index in 1...count { ids.insert(4 * index) }
        var sum: UInt32 = 0
        let time = threadTime {
            for _ in 0..<2000 {
                ids.remove(8)
                ids.insert(8)
                let lowest = ids.lowestFree
                sum &+= lowest
                ids.insert(lowest)
                ids.remove(lowest)
            }
        }
        #expect(sum > 0)
        return time
    }

    @Test func `finding an id takes as long among a hundred thousand as among a hundred`() {
        let few = (0..<5).map { _ in time(100) }.min() ?? .zero
        let many = (0..<5).map { _ in time(100_000) }.min() ?? .zero
        #expect(many < few * 20, "\(few) and \(many)")
    }
}

@Suite struct OrderedTableTests {
    @Test(arguments: 0..<6 as Range<UInt64>)
    func `a table has the content of a dictionary, in order`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = OrderedTable<UInt32, UInt32>()
        var model: [UInt32: UInt32] = [:]
        for round in 0..<6000 as Range<UInt32> {
            let isDense = round % 3 > 0
            let key: UInt32 =
                isDense ? .random(in: 0...1500, using: &random) : .random(in: 0...UInt32.max, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 {
                table[key] = nil
                model[key] = nil
            } else {
                table[key] = round
                model[key] = round
            }
            #expect(table[key] == model[key])
            #expect(table.count == model.count)
        }
        #expect(table.entries(after: nil, limit: .max).map(\.key) == model.keys.sorted())
        let after: UInt32 = .random(in: 0...1500, using: &random)
        let some = table.entries(after: after, limit: 300)
        #expect(some.map(\.key) == Array(model.keys.filter { $0 > after }.sorted().prefix(300)))
        #expect(some.allSatisfy { model[$0.key] == $0.value })
        #expect(table.entries(after: .max, limit: 3).isEmpty)
        var taken: [UInt32] = []
        while !table.isEmpty { taken += table.removeLast(700).map(\.key) }
        #expect(taken.sorted() == model.keys.sorted())
        #expect(table.count == 0)
    }
}
