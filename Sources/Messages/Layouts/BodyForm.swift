/// A layout without the type of its content: how to read and create the body of an operation.
struct BodyForm<Body: Sendable>: Sendable {
    let facts: StructureLayout
    /// Reads a body whose table begins at the given offset; nil after a fault.
    let read: @Sendable (inout MessageReader, Int) -> Body?
    /// Creates a body from values.
    let make: @Sendable ((LayoutField) -> FieldValue?) -> Body

    init<Content>(_ layout: Layout<Content>, _ wrap: @escaping @Sendable (Content) -> Body) {
        facts = layout.facts
        read = { reader, base in layout.read(&reader, base: base).map(wrap) }
        make = { values in wrap(layout.content(values)) }
    }
}
