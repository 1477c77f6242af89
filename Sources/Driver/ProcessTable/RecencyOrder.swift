/// Slots in the order of their last change: a list whose links are kept apart, in 8 bytes per slot.
struct RecencyOrder: Sendable {
    private struct Link: Sendable {
        var older = RecencyOrder.none
        var newer = RecencyOrder.none
    }

    private static var none: UInt32 { .max }

    /// By slot.
    private var links: [Link] = []
    private var newest = none

    /// Adds a slot, which is not in the list, as the one that changed last.
    ///
    /// - Complexity: O(1).
    mutating func append(_ slot: Int) {
        while links.count <= slot { links.append(Link()) }
        if newest != Self.none { links[Int(newest)].newer = UInt32(slot) }
        links[slot] = Link(older: newest)
        newest = UInt32(slot)
    }

    /// Removes a slot, which is in the list.
    ///
    /// - Complexity: O(1).
    mutating func remove(_ slot: Int) {
        let link = links[slot]
        if link.older != Self.none { links[Int(link.older)].newer = link.newer }
        if link.newer != Self.none { links[Int(link.newer)].older = link.older } else { newest = link.older }
    }

    /// Makes a slot, which is in the list, the one that changed last.
    ///
    /// - Complexity: O(1).
    mutating func moveToEnd(_ slot: Int) {
        if newest == UInt32(slot) { return }
        remove(slot)
        append(slot)
    }

    /// The slots, those that changed last first, as long as `isWanted` returns true for them.
    ///
    /// - Complexity: O(slots returned).
    func newestFirst(while isWanted: (Int) -> Bool) -> [Int] {
        var slots: [Int] = []
        var next = newest
        while next != Self.none, isWanted(Int(next)) {
            slots.append(Int(next))
            next = links[Int(next)].older
        }
        return slots
    }
}
