import Driver
import JSON

/// The requested part of a list: up to `limit` items after the position `after`.
struct Page {
    let limit: Int
    let after: UInt64?

    /// The maximum size of a page in bytes. A page that would be larger ends early, but has at least one item.
    static let maxBytes = 4 << 20
}

extension JSONWriter {
    /// Writes the first page of a list whose cursors are indices: items until the text reaches `limit` bytes, but at least
    /// one.
    mutating func firstPage<Element>(
        of all: [Element], within limit: Int, _ write: (inout JSONWriter, Element) -> Void
    ) {
        object { json in
            // Leaves some bytes for the members after the items.
            let count = json.member("items", each: all, within: limit - 1024, write)
            if count < all.count { json.member("next", String(count)) }
        }
    }
}

extension ParameterReader {
    /// Reads `limit` and `cursor`.
    mutating func page() -> Page {
        Page(limit: limit(), after: number("cursor", as: UInt64.self))
    }

    mutating func limit() -> Int { integer("limit", in: 1...1000) ?? 100 }

    /// Reads `explain`: whether `routines` list their checks.
    mutating func explain() -> Bool { bool("explain") ?? true }
}
