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
    private var contexts: [UInt64: StreamContext] = [:]
    /// By folded name, byte for byte: strings that are merely equivalent in Unicode name different files.
    private var idsByName: [[UInt8]: UInt64] = [:]
    private var lastId: UInt64 = 0

    var count: Int { contexts.count }
    var isEmpty: Bool { contexts.isEmpty }
    var sorted: [StreamContext] { contexts.values.sorted { $0.id < $1.id } }

    subscript(id: UInt64) -> StreamContext? { contexts[id] }

    func context(fileName: String) -> StreamContext? {
        if isEmpty { return nil }
        return idsByName[fileName.folded].flatMap { contexts[$0] }
    }

    /// Attaches a context; nil when the file has one.
    mutating func insert(fileName: String, rules: StreamContextRules) -> StreamContext? {
        let key = fileName.folded
        guard idsByName[key] == nil else { return nil }
        lastId += 1
        let context = StreamContext(id: lastId, fileName: fileName, rules: rules)
        contexts[lastId] = context
        idsByName[key] = lastId
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
        guard let context = contexts.removeValue(forKey: id) else { return false }
        idsByName[context.fileName.folded] = nil
        return true
    }
}

extension String {
    /// What two names have in common that differ in case alone.
    fileprivate var folded: [UInt8] { Array(lowercased().utf8) }
}
