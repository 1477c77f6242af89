/// A file stream that the minifilter attached a context to.
///
/// Driver: the stream context of `MpGetStreamContextFromFileObject` (DATA-5).
public struct StreamContext: Hashable, Sendable {
    /// Counts the host's stream contexts from 1; never used again.
    public let id: UInt64
    /// Normalized name of the file, as it was given.
    public let fileName: String
    /// StreamCtxRules.
    public var rules: StreamContextRules
}

/// The stream contexts of a host, found by id and by file name without case.
struct StreamTable {
    private var contexts = OrderedTable<UInt64, StreamContext>()
    /// By name in upper case, byte for byte: strings that are merely equivalent in Unicode name different files.
    private var idsByName: [[UInt8]: UInt64] = [:]
    private var lastId: UInt64 = 0
    /// Bytes of all names, each of which is there as it was given and in upper case.
    private(set) var textBytes = 0

    var count: Int { contexts.count }
    var isEmpty: Bool { contexts.isEmpty }

    /// The first `limit` contexts by ascending id above `id`.
    ///
    /// - Complexity: O(log n + limit).
    func contexts(after id: UInt64, limit: Int) -> [StreamContext] {
        contexts.entries(after: id, limit: limit).map(\.value)
    }

    /// What a context for a file adds to `textBytes`.
    static func textBytes(of fileName: String) -> Int { fileName.utf8.count + fileName.upcasedBytes.count }

    subscript(id: UInt64) -> StreamContext? { contexts[id] }

    func context(fileName: String) -> StreamContext? {
        if isEmpty { return nil }
        return idsByName[fileName.upcasedBytes].flatMap { contexts[$0] }
    }

    /// Attaches a context; nil when the file has one.
    mutating func insert(fileName: String, rules: StreamContextRules) -> StreamContext? {
        let key = fileName.upcasedBytes
        guard idsByName[key] == nil else { return nil }
        lastId += 1
        let context = StreamContext(id: lastId, fileName: fileName, rules: rules)
        contexts[lastId] = context
        idsByName[key] = lastId
        textBytes += fileName.utf8.count + key.count
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
        let key = context.fileName.upcasedBytes
        idsByName[key] = nil
        textBytes -= context.fileName.utf8.count + key.count
        return true
    }
}
