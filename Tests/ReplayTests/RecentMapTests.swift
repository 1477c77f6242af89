import Testing

@testable import Replay

struct RecentMapTests {
    @Test func `it keeps the newest entries, and at most twice its capacity`() {
        var map = RecentMap<Int, Int>(capacity: 100)
        for key in 0..<10_000 {
            map.store(key, under: key)
            #expect(map[key] == key)
            #expect(map[max(0, key - 99)] == max(0, key - 99))
        }
        #expect((0..<10_000).count { map[$0] != nil } <= 201)
    }

    @Test func `a removed entry is gone, wherever it was`() {
        var map = RecentMap<Int, Int>(capacity: 2)
        for key in 0..<4 { map.store(key, under: key) }
        for key in 0..<4 {
            map.remove(key)
            #expect(map[key] == nil)
        }
    }

    @Test func `an entry that is stored repeatedly is not evicted, and keeps its first value`() {
        var map = RecentMap<Int, Int>(capacity: 10)
        for key in 1...1000 {
            map.storeIfAbsent(key, under: 0)
            map.storeIfAbsent(key, under: key)
            #expect(map[0] == 1)
        }
    }
}
