import Messages

/// A file stream that the minifilter attached a context to.
///
/// Driver: the stream context of `MpGetStreamContextFromFileObject` (DATA-5).
public struct StreamContext: Hashable, Sendable {
    /// The number of the stream context on its host, from 1; never reused.
    public let id: UInt64
    /// Normalized name of the file, as given.
    public let fileName: String
    /// StreamCtxRules.
    public var rules: StreamContextRules
}

/// The name of a file with its upper case, which is the key to its stream context. Computed once and outside the host's
/// lock, because a long name takes milliseconds.
struct StreamName {
    let text: String
    /// In upper case.
    let key: UnicodeString

    init(_ text: String) {
        self.text = text
        key = UnicodeString(text).upcased
    }

    /// Bytes of both, which a context adds to the total of its table.
    var textBytes: Int { text.utf8.count + key.byteCount }
}

/// The stream contexts of a host, looked up by id, or by file name ignoring case.
struct StreamTable {
    private var contexts = OrderedTable<UInt64, StreamContext>()
    /// The ids by `StreamName.key`.
    private var idsByName: [UnicodeString: UInt64] = [:]
    private var lastId: UInt64 = 0
    /// Bytes of all names; each is stored as given and in upper case.
    private(set) var textBytes = 0

    var count: Int { contexts.count }
    var isEmpty: Bool { contexts.isEmpty }

    /// The first `limit` contexts with ids above `id`, in ascending order.
    ///
    /// - Complexity: O(log n + limit).
    func contexts(after id: UInt64, limit: Int) -> [StreamContext] {
        contexts.entries(after: id, limit: limit).map(\.value)
    }

    subscript(id: UInt64) -> StreamContext? { contexts[id] }

    func context(fileName: UnicodeString) -> StreamContext? {
        isEmpty ? nil : context(key: fileName.upcased)
    }

    func context(_ name: StreamName) -> StreamContext? { context(key: name.key) }

    private func context(key: UnicodeString) -> StreamContext? { idsByName[key].flatMap { contexts[$0] } }

    /// Attaches a context to a file that has none.
    mutating func insert(_ name: StreamName, rules: StreamContextRules) -> StreamContext {
        lastId += 1
        let context = StreamContext(id: lastId, fileName: name.text, rules: rules)
        contexts[lastId] = context
        idsByName[name.key] = lastId
        textBytes += name.textBytes
        return context
    }

    @discardableResult
    mutating func updateRules(_ id: UInt64, _ change: (inout StreamContextRules) -> Void) -> StreamContext? {
        guard var context = contexts[id] else { return nil }
        change(&context.rules)
        contexts[id] = context
        return context
    }

    mutating func remove(_ id: UInt64) -> Bool {
        guard let context = contexts[id] else { return false }
        contexts[id] = nil
        let name = StreamName(context.fileName)
        idsByName[name.key] = nil
        textBytes -= name.textBytes
        return true
    }
}
