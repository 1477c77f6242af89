import CSimdJSON

/// Strict reading of one JSON document, with all of its faults at once.
public enum JSONDocument {
    /// Parses `bytes`, passes the root to `body` and returns its result.
    ///
    /// Accepts strict UTF-8 only: no byte order mark, no lone surrogates, nothing after the document. Text that is not
    /// JSON is a single fault that names the byte, and `body` does not run. Can be called on any thread; `body` may
    /// read further documents.
    ///
    /// - Parameters:
    ///   - bytes: The document, up to 4 GiB. Values of the document point into it until `body` returns.
    ///   - maxDepth: The maximum nesting of containers; the root container counts as 1.
    ///   - maxFaults: The maximum number of faults listed; a last one counts the rest.
    ///   - maxHints: The maximum number of wrong names for which the nearest ones are looked for.
    ///   - words: The words for types in faults.
    ///   - onDeprecated: Called for each deprecated name that the document uses, once, after `body`.
    ///   - onMisspelled: Called for each misspelled name whose fault names the nearest one, after `body`.
    ///   - body: Must return nil only after a fault was recorded, by a reader it called or by `JSONValue.fault(_:)`.
    /// - Throws: All faults, if there are any.
    @inlinable
    public static func read<T>(
        _ bytes: UnsafeRawBufferPointer, maxDepth: Int = 64, maxFaults: Int = 1000, maxHints: Int = 8,
        words: TypeWords = .json, onDeprecated: (DeprecatedName) -> Void = { _ in },
        onMisspelled: (JSONCorrection) -> Void = { _ in },
        _ body: (JSONValue) -> T?
    ) throws(JSONFaults) -> T {
        let document = try Document(bytes, maxDepth: maxDepth, maxFaults: maxFaults, maxHints: maxHints, words: words)
        defer { document.close() }
        let result = body(JSONValue(document: document, index: 0))
        try document.finish(onDeprecated: onDeprecated, onMisspelled: onMisspelled)
        guard let result else { throw JSONFaults(detail: "the document is not valid here") }
        return result
    }

    /// Parses the document in `bytes`; see the overload for raw bytes.
    @inlinable
    public static func read<T>(
        _ bytes: [UInt8], maxDepth: Int = 64, maxFaults: Int = 1000, maxHints: Int = 8,
        words: TypeWords = .json, onDeprecated: (DeprecatedName) -> Void = { _ in },
        onMisspelled: (JSONCorrection) -> Void = { _ in },
        _ body: (JSONValue) -> T?
    ) throws(JSONFaults) -> T {
        try bytes.withUnsafeBufferPointer { bytes throws(JSONFaults) in
            try read(
                UnsafeRawBufferPointer(bytes), maxDepth: maxDepth, maxFaults: maxFaults, maxHints: maxHints,
                words: words, onDeprecated: onDeprecated, onMisspelled: onMisspelled, body)
        }
    }
}

extension JSONDocument {
    /// The version of simdjson that does the parsing, such as `3.0.1`.
    public static var libraryVersion: String { String(cString: csj_simdjson_version()) }
}
