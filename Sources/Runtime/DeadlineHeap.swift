/// What is due when: the plain state of a timer queue.
///
/// An entry that is removed frees its value at once; its place in the heap goes when its time comes, or earlier when
/// more than half of the places are of that kind. So a timer that is set and cancelled costs little, as nearly all
/// of them are.
struct DeadlineHeap<Value> {
    private struct Place {
        let deadline: UInt64
        let id: UInt64
    }

    private var places: [Place] = []
    private var values: [UInt64: Value] = [:]
    private var lastID: UInt64 = 0

    /// Entries that are neither due nor removed.
    var count: Int { values.count }

    /// Room that is taken by entries and removed ones.
    var occupied: Int { places.count }

    /// No later than the earliest entry's deadline; nil when there is nothing to wait for.
    var earliest: UInt64? { values.isEmpty ? nil : places.first?.deadline }

    /// Adds an entry and returns what it is removed by. O(log n).
    mutating func insert(_ value: Value, deadline: UInt64) -> UInt64 {
        lastID += 1
        values[lastID] = value
        places.append(Place(deadline: deadline, id: lastID))
        siftUp(from: places.count - 1)
        return lastID
    }

    /// Removes an entry; nil when it has been due or was removed before. Amortised O(1).
    mutating func remove(_ id: UInt64) -> Value? {
        guard let value = values.removeValue(forKey: id) else { return nil }
        if places.count > 2 * values.count + 64 { compact() }
        return value
    }

    /// Takes out what is due at `now`, earliest first, of equal deadlines the first come first.
    mutating func takeDue(at now: UInt64) -> [Value] {
        var due: [Value] = []
        while let first = places.first, first.deadline <= now {
            removeFirstPlace()
            if let value = values.removeValue(forKey: first.id) { due.append(value) }
        }
        return due
    }

    private mutating func compact() {
        places = places.filter { values[$0.id] != nil }
        // A sorted array is a heap.
        places.sort(by: DeadlineHeap.precedes)
    }

    private static func precedes(_ left: Place, _ right: Place) -> Bool {
        (left.deadline, left.id) < (right.deadline, right.id)
    }

    private mutating func siftUp(from index: Int) {
        var child = index
        while child > 0 {
            let parent = (child - 1) / 2
            guard DeadlineHeap.precedes(places[child], places[parent]) else { return }
            places.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeFirstPlace() {
        places.swapAt(0, places.count - 1)
        places.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < places.count && DeadlineHeap.precedes(places[child], places[least]) {
                least = child
            }
            guard least != parent else { return }
            places.swapAt(parent, least)
            parent = least
        }
    }
}
