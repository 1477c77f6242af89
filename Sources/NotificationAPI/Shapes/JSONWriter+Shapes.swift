import JSON

extension JSONWriter {
    /// Writes a short list as a single page.
    mutating func singlePage<Values: Sequence>(
        _ items: Values, _ write: (inout JSONWriter, Values.Element) -> Void
    ) {
        object { $0.member("items", each: items, write) }
    }
}
