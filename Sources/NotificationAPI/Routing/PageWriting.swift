import Driver
import JSON

/// Writes a page of a list: items until the text reaches `limit` bytes, but at least one.
///
/// The first slice is enough for most pages. The second writes the rest of a long one, which takes about 40 ms for 4 MiB.
struct PageWriting<Element: Sendable>: SlicedWork {
    /// The written page, if there is memory for it.
    enum Outcome: Sendable {
        /// The first `count` items, in parts of one or more items with commas between them. `reservation` holds their memory;
        /// nil for a page that is too small to be counted.
        case written([[UInt8]], count: Int, reservation: AnswerMemory.Reservation?)
        /// Unread answers have reached their limit of memory.
        case refused
    }

    /// The number of bytes after which the first slice ends.
    static var firstSliceSize: Int { 65_536 }

    private let items: [Element]
    private let limit: Int
    private let reserve: @Sendable (_ bytes: Int) -> AnswerMemory.Reservation?
    private let write: @Sendable (inout JSONWriter, Element) -> Void
    private var reservation: AnswerMemory.Reservation?
    private var count = 0
    /// The text so far, without spare capacity, because many pages may wait for their second slice.
    private var parts: [[UInt8]] = []
    private var bytes = 0

    /// A page that reserves its memory with `reserve`.
    init(
        _ items: [Element], within limit: Int,
        _ reserve: @escaping @Sendable (_ bytes: Int) -> AnswerMemory.Reservation?,
        _ write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        self.items = items
        self.limit = limit
        self.reserve = reserve
        self.write = write
    }

    /// Writes the next items.
    mutating func advance() -> Outcome? {
        var json = JSONWriter()
        while count < items.count {
            let end = json.bytes.count
            if bytes == 0, end >= Self.firstSliceSize { return keep(json.bytes[...]) ? nil : .refused }
            write(&json, items[count])
            if count > 0, bytes + json.bytes.count > limit { return finish(json.bytes[..<end]) }
            count += 1
        }
        return finish(json.bytes[...])
    }

    private mutating func finish(_ last: ArraySlice<UInt8>) -> Outcome {
        keep(last) ? .written(parts, count: count, reservation: reservation) : .refused
    }

    /// Keeps a part; false if memory runs out.
    private mutating func keep(_ text: ArraySlice<UInt8>) -> Bool {
        if text.isEmpty { return true }
        // One more for the comma.
        bytes += text.count + 1
        let isCounted = reservation != nil || bytes > AnswerMemory.uncounted
        guard !isCounted || reserveMore(text.count) else { return false }
        parts.append(
            [UInt8](unsafeUninitializedCapacity: text.count) { part, count in
                count = part.initialize(fromContentsOf: text)
            })
        return true
    }

    /// Reserves memory for more bytes; false if they do not fit.
    private mutating func reserveMore(_ bytes: Int) -> Bool {
        if let reservation { return reservation.grow(by: bytes) }
        reservation = reserve(bytes)
        return reservation != nil
    }
}

extension Call {
    /// Answers with a page of a list. The start of the page is written on the current thread, the rest of a long page on the
    /// queue for pages.
    ///
    /// - Parameters:
    ///   - next: Returns the cursor of the next page, if any. It is called with the last item of the page, the number of
    ///     items, and whether any of `items` are left.
    ///   - more: Writes the members after the items.
    func sendPage<Element: Sendable>(
        _ items: [Element], within limit: Int = Page.maxBytes,
        next: @escaping @Sendable (_ last: Element?, _ count: Int, _ isCut: Bool) -> String?,
        more: @escaping @Sendable (inout JSONWriter) -> Void = { _ in },
        _ write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        // Leaves some bytes for the members after the items.
        let page = PageWriting(items, within: limit - 1024, context.reserveMemory, write)
        api.dependencies.pages.finish(page, for: self) { [reply] page in
            guard case .written(let parts, let count, let reservation) = page else { return reply.send(.unreadAnswers) }
            reply.send(reservation: reservation, capacity: parts.reduce(1024) { $0 + $1.count + 1 }) { json in
                json.object { json in
                    json.member("items", each: parts) { $0.value(json: $1) }
                    let last = count > 0 ? items[count - 1] : nil
                    if let next = next(last, count, count < items.count) { json.member("next", next) }
                    more(&json)
                }
            }
        }
    }

    /// Answers with a page of a list that has more items after `items` if `hasMore` is true. `cursor` returns the member
    /// `next` for the last written item and the number of items.
    func sendPage<Element: Sendable>(
        _ items: [Element], hasMore: Bool, cursor: @escaping @Sendable (_ last: Element, _ count: Int) -> String,
        _ write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        sendPage(
            items,
            next: { last, count, isCut in
                guard isCut || hasMore, let last else { return nil }
                return cursor(last, count)
            }, write)
    }

    /// Answers with a page of a list whose cursors are indices.
    func sendPage<Element: Sendable>(
        _ page: Page, of all: [Element], _ write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        let start = min(Int(clamping: page.after ?? 0), all.count)
        let items = Array(all[start...].prefix(page.limit))
        let hasMore = start + items.count < all.count
        sendPage(items, hasMore: hasMore, cursor: { _, count in String(start + count) }, write)
    }
}
