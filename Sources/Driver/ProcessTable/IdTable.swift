/// Values by pid or tid.
///
/// Open addressing: a look-up reads one place of memory, hardly ever more. A removal moves later entries back, so that none is
/// marked as removed.
struct IdTable<Value> {
    /// The id in each place; `vacant` if there is none. A power of 2, or none while the table has always been empty.
    private var ids: [UInt32] = []
    private var values: [Value] = []
    /// Stands for a value where there is none.
    private let filler: Value
    /// The value of the id that marks vacant places elsewhere.
    private var valueOfVacant: Value?
    /// Random, so that no client can choose ids that collide.
    private let salt: UInt64
    private let multiplier: UInt64
    private var shift: UInt64 = 64
    private var placed = 0

    private static var vacant: UInt32 { .max }
    private static var fewest: Int { 16 }

    /// An empty table. `filler` stands for a value where there is none.
    init(filler: Value) {
        self.filler = filler
        salt = .random(in: 0 ... .max)
        multiplier = .random(in: 0 ... .max) | 1
    }

    var count: Int { placed + (valueOfVacant == nil ? 0 : 1) }

    /// - Complexity: O(1).
    subscript(id: UInt32) -> Value? {
        get {
            if id == Self.vacant { return valueOfVacant }
            if ids.isEmpty { return nil }
            let place = place(of: id)
            return ids[place] == id ? values[place] : nil
        }
        set {
            if id == Self.vacant {
                valueOfVacant = newValue
            } else if let newValue {
                insert(newValue, id)
            } else {
                remove(id)
            }
        }
    }

    /// Where an id is, or would be inserted.
    private func place(of id: UInt32) -> Int {
        var place = home(of: id)
        while ids[place] != id, ids[place] != Self.vacant { place = (place + 1) & (ids.count - 1) }
        return place
    }

    /// Where an id is unless others are in its way.
    private func home(of id: UInt32) -> Int {
        let product = (UInt64(id) ^ salt) &* multiplier
        return Int(truncatingIfNeeded: ((product ^ product &>> 32) &* multiplier) &>> shift)
    }

    private mutating func insert(_ value: Value, _ id: UInt32) {
        if placed >= ids.count / 4 * 3 { grow() }
        let place = place(of: id)
        values[place] = value
        if ids[place] == id { return }
        ids[place] = id
        placed += 1
    }

    private mutating func grow() {
        let (oldIds, oldValues) = (ids, values)
        let count = max(Self.fewest, 2 * oldIds.count)
        ids = Array(repeating: Self.vacant, count: count)
        values = Array(repeating: filler, count: count)
        shift = UInt64(64 - count.trailingZeroBitCount)
        for (id, value) in zip(oldIds, oldValues) where id != Self.vacant {
            let place = place(of: id)
            (ids[place], values[place]) = (id, value)
        }
    }

    private mutating func remove(_ id: UInt32) {
        if ids.isEmpty { return }
        var gap = place(of: id)
        guard ids[gap] == id else { return }
        placed -= 1
        let mask = ids.count - 1
        var next = (gap + 1) & mask
        while ids[next] != Self.vacant {
            // An entry may move to the gap if the gap is between its home and its place.
            if (next - home(of: ids[next])) & mask >= (next - gap) & mask {
                (ids[gap], values[gap]) = (ids[next], values[next])
                gap = next
            }
            next = (next + 1) & mask
        }
        (ids[gap], values[gap]) = (Self.vacant, filler)
    }
}
