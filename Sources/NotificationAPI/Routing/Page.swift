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
    /// The part of a list whose places are its indices.
    mutating func page<Element>(
        _ page: Page, of all: [Element], within limit: Int = Page.mostBytes,
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        let start = min(Int(clamping: page.after ?? 0), all.count)
        let items = all[start...].prefix(page.limit)
        self.page(items, hasMore: items.endIndex < all.count, within: limit) { _, count in
            String(start + count)
        } _: { json, item in
            write(&json, item)
        }
    }

    /// A page of a list: as many of `items` as leave the text within `limit` bytes, one at least. When there are more, or
    /// `hasMore` says so, the member `next` is what `cursor` makes of the last item that was written and of their number.
    mutating func page<Items: RandomAccessCollection>(
        _ items: Items, hasMore: Bool, within limit: Int = Page.mostBytes,
        _ cursor: (_ last: Items.Element, _ count: Int) -> String,
        _ write: (inout JSONWriter, Items.Element) -> Void
    ) {
        object { json in
            json.pageMembers(items, hasMore: hasMore, within: limit, cursor, write)
        }
    }

    /// The members of a page, for one that has further ones.
    mutating func pageMembers<Items: RandomAccessCollection>(
        _ items: Items, hasMore: Bool, within limit: Int = Page.mostBytes,
        _ cursor: (_ last: Items.Element, _ count: Int) -> String,
        _ write: (inout JSONWriter, Items.Element) -> Void
    ) {
        // A little less, for what stands behind the items.
        let count = member("items", each: items, within: limit - 1024, write)
        guard hasMore || count < items.count, let last = items.prefix(count).last else { return }
        member("next", cursor(last, count))
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
