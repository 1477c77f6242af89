/// A layout without the type of its content: how the body of some operation is read and made.
struct BodyForm<Body: Sendable>: Sendable {
    let facts: StructureLayout
    /// Reads a body whose table begins at the given place; nil after a fault.
    let read: @Sendable (inout MessageReader, Int) -> Body?
    /// Makes a body of values.
    let make: @Sendable ((LayoutField) -> FieldValue?) -> Body

    init<Content>(_ layout: Layout<Content>, _ wrap: @escaping @Sendable (Content) -> Body) {
        facts = layout.facts
        read = { reader, base in layout.read(&reader, base: base).map(wrap) }
        make = { values in wrap(layout.content(values)) }
    }
}
