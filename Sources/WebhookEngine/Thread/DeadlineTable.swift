import Bytes
import HeapModule

/// The deadlines of things with a number, such as the connections of a thread.
///
/// Most deadlines are replaced by a later one before they expire, and that costs nothing: an entry of the heap is where a
/// deadline was once, and is moved only when that time comes. So there is about one entry for each number.
struct DeadlineTable {
    private struct Entry: Comparable {
        let time: Monotonic
        let number: Int

        static func < (left: Entry, right: Entry) -> Bool { left.time < right.time }
    }

    private struct Slot {
        var deadline: Monotonic?
        /// The time of the earliest entry with this number.
        var entry: Monotonic?
    }

    private var slots: [Slot] = []
    private var entries = Heap<Entry>()

    /// No deadlines.
    init() {}

    /// A time before which nothing expires, not later than the earliest deadline; nil if there is none.
    var next: Monotonic? { entries.min?.time }

    /// The number of entries of the heap.
    var entryCount: Int { entries.count }

    /// Sets the deadline of `number`, which is small: numbers are indexes.
    ///
    /// - Complexity: O(1) if it is not earlier than the one before, otherwise O(log n).
    mutating func set(_ number: Int, _ deadline: Monotonic) {
        while slots.count <= number { slots.append(Slot()) }
        slots[number].deadline = deadline
        if let entry = slots[number].entry, entry <= deadline { return }
        insert(Entry(time: deadline, number: number))
    }

    /// Removes the deadline of `number`.
    mutating func remove(_ number: Int) { slots[number].deadline = nil }

    /// Removes and returns a number whose deadline has passed.
    mutating func takeExpired(at now: Monotonic) -> Int? {
        while let entry = entries.min, entry.time <= now {
            entries.removeMin()
            // An earlier entry with this number took its place.
            guard slots[entry.number].entry == entry.time else { continue }
            slots[entry.number].entry = nil
            guard let deadline = slots[entry.number].deadline else { continue }
            if deadline <= now {
                slots[entry.number].deadline = nil
                return entry.number
            }
            insert(Entry(time: deadline, number: entry.number))
        }
        return nil
    }

    private mutating func insert(_ entry: Entry) {
        slots[entry.number].entry = entry.time
        entries.insert(entry)
    }
}
