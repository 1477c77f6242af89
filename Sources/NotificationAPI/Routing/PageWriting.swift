import Driver
import JSON

/// The writing of a page of a list: as many of `items` as leave its text within `limit` bytes, one at least.
///
/// The first slice is all of most pages. The second is the rest of a long one, some 40 ms for 4 MiB.
struct PageWriting<Element: Sendable>: SlicedWork {
    /// What a page came to.
    enum Outcome: Sendable {
        /// The first `count` items, in parts of some with commas between them. `reservation` holds their memory; nil for a page that
        /// is small enough not to be counted.
        case written([[UInt8]], count: Int, reservation: AnswerMemory.Reservation?)
        /// Unread answers have reached their limit of memory.
        case refused
    }

    /// How many bytes the first slice writes, and one item more.
    static var part: Int { 65_536 }

    private let items: [Element]
    private let limit: Int
    private let reserve: @Sendable (_ bytes: Int) -> AnswerMemory.Reservation?
    private let write: @Sendable (inout JSONWriter, Element) -> Void
    private var reservation: AnswerMemory.Reservation?
    private var count = 0
    /// What was written up to now, without room to spare: many pages may wait for their second slice.
    private var parts: [[UInt8]] = []
    private var bytes = 0

    /// A page for whose bytes `reserve` reserves memory.
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
        var json = JSONWriter(reserving: 1024)
        while count < items.count {
            let end = json.bytes.count
            if bytes == 0, end >= Self.part { return keep(json.bytes[...]) ? nil : .refused }
            write(&json, items[count])
            if count > 0, bytes + json.bytes.count > limit { return finish(json.bytes[..<end]) }
            count += 1
        }
        return finish(json.bytes[...])
    }

    private mutating func finish(_ last: ArraySlice<UInt8>) -> Outcome {
        keep(last) ? .written(parts, count: count, reservation: reservation) : .refused
    }

    /// Keeps a part; false when there is no room for it.
    private mutating func keep(_ text: ArraySlice<UInt8>) -> Bool {
        if text.isEmpty { return true }
        // And a comma.
        bytes += text.count + 1
        let isCounted = reservation != nil || bytes > AnswerMemory.uncounted
        guard !isCounted || reserveMore(text.count) else { return false }
        parts.append(
            [UInt8](unsafeUninitializedCapacity: text.count) { part, count in
                count = part.initialize(fromContentsOf: text)
            })
        return true
    }

    /// Reserves so many more bytes; false when they do not fit.
    private mutating func reserveMore(_ bytes: Int) -> Bool {
        if let reservation { return reservation.grow(by: bytes) }
        reservation = reserve(bytes)
        return reservation != nil
    }
}

extension Call {
    /// Answers with a page of a list: its beginning is written here, the rest of a long one on a thread for that.
    ///
    /// - Parameters:
    ///   - next: Where the list goes on; gets the last item of the page, their number, and whether any of `items` are left.
    ///   - more: Writes what stands behind the items.
    func sendPage<Element: Sendable>(
        _ items: [Element], within limit: Int = Page.mostBytes,
        next: @escaping @Sendable (_ last: Element?, _ count: Int, _ isCut: Bool) -> String?,
        more: @escaping @Sendable (inout JSONWriter) -> Void = { _ in },
        _ write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        // A little less, for what stands behind the items.
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

    /// Answers with a page of a list that goes on behind `items` when `hasMore` says so; the member `next` is what
    /// `cursor` makes of the last item that was written and of their number.
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

    /// Answers with the part of a list whose places are its indices.
    func sendPage<Element: Sendable>(
        _ page: Page, of all: [Element], _ write: @escaping @Sendable (inout JSONWriter, Element) -> Void
    ) {
        let start = min(Int(clamping: page.after ?? 0), all.count)
        let items = Array(all[start...].prefix(page.limit))
        let hasMore = start + items.count < all.count
        sendPage(items, hasMore: hasMore, cursor: { _, count in String(start + count) }, write)
    }
}
