import Driver
import JSON

/// Which part of a list is asked for: up to `limit` items behind the place that `after` names.
struct Page {
    let limit: Int
    let after: UInt64?

    /// How many bytes a page has at most, unless its first item alone has more: it ends early, and `next` goes on.
    static let mostBytes = 4 << 20
}

extension JSONWriter {
    /// The first page of a list whose places are its indices: as many items as leave the text within `limit` bytes, one at
    /// least.
    mutating func firstPage<Element>(
        of all: [Element], within limit: Int, _ write: (inout JSONWriter, Element) -> Void
    ) {
        object { json in
            // A little less, for what stands behind the items.
            let count = json.member("items", each: all, within: limit - 1024, write)
            if count < all.count { json.member("next", String(count)) }
        }
    }
}

extension ParameterReader {
    /// `limit` and `cursor`.
    mutating func page() -> Page {
        Page(limit: limit(), after: number("cursor", as: UInt64.self))
    }

    mutating func limit() -> Int { integer("limit", in: 1...1000) ?? 100 }

    /// `explain`: whether `routines` say what was checked.
    mutating func explain() -> Bool { bool("explain") ?? true }
}
