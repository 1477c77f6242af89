import Testing

@testable import Runtime

struct DeadlineHeapTests {
    @Test func `what is due comes out by deadline, and of equal ones the first come first`() {
        var heap = DeadlineHeap<String>()
        _ = heap.insert("late", deadline: 30)
        _ = heap.insert("a", deadline: 10)
        _ = heap.insert("b", deadline: 10)
        _ = heap.insert("first", deadline: 5)
        #expect(heap.earliest == 5)
        #expect(heap.takeDue(at: 4).isEmpty)
        #expect(heap.takeDue(at: 10) == ["first", "a", "b"])
        #expect(heap.earliest == 30)
        #expect(heap.takeDue(at: .max) == ["late"])
        #expect(heap.earliest == nil)
    }

    @Test func `a removed entry is never due, and is removed once`() {
        var heap = DeadlineHeap<String>()
        let id = heap.insert("gone", deadline: 1)
        _ = heap.insert("stays", deadline: 2)
        #expect(heap.remove(id) == "gone")
        #expect(heap.remove(id) == nil)
        #expect(heap.takeDue(at: 2) == ["stays"])
        #expect(heap.remove(99) == nil)
    }

    @Test func `entries that are set and removed for ever take no more and more room`() {
        var heap = DeadlineHeap<Int>()
        for number in 0..<100_000 {
            let id = heap.insert(number, deadline: UInt64(1_000_000 - number))
            #expect(heap.remove(id) == number)
        }
        #expect(heap.count == 0)
        #expect(heap.occupied <= 65)
    }

    @Test func `a thousand random insertions and removals behave like a sorted list`() {
        var generator = SystemRandomNumberGenerator()
        var heap = DeadlineHeap<UInt64>()
        var model: [(id: UInt64, deadline: UInt64)] = []
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let deadline = UInt64.random(in: 0..<1000, using: &generator)
                let id = heap.insert(deadline, deadline: deadline)
                model.append((id, deadline))
            case 5..<9:
                guard let index = model.indices.randomElement(using: &generator) else { continue }
                let entry = model.remove(at: index)
                #expect(heap.remove(entry.id) == entry.deadline)
            default:
                let now = UInt64.random(in: 0..<1000, using: &generator)
                let due = model.filter { $0.deadline <= now }.map(\.deadline).sorted()
                model.removeAll { $0.deadline <= now }
                #expect(heap.takeDue(at: now) == due)
            }
            #expect(heap.count == model.count)
        }
    }
}
