import Driver

/// Which part of a list is asked for: up to `limit` items behind the place that `after` names.
struct Page {
    let limit: Int
    let after: UInt64?

    /// The part of a list whose places are its indices.
    func slice<Element>(_ all: [Element]) -> (items: ArraySlice<Element>, next: String?) {
        let start = min(Int(clamping: after ?? 0), all.count)
        let end = min(start + limit, all.count)
        return (all[start..<end], end < all.count ? String(end) : nil)
    }
}

extension ParameterReader {
    /// `limit` and `cursor`.
    mutating func page() -> Page {
        Page(limit: limit(), after: number(optional: "cursor", as: UInt64.self))
    }

    mutating func limit() -> Int { integer("limit", in: 1...1000) ?? 100 }

    /// `explain`: whether `routines` say what was checked.
    mutating func explain() -> Bool { bool("explain") ?? true }
}
