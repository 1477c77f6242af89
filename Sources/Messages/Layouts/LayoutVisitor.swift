/// An operation on a content and its layout, for contents of any type.
protocol LayoutVisitor<Result> {
    associatedtype Result
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> Result
}

/// Measures a content, in bytes.
struct SizeVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> Int { layout.size(of: content) }
}

/// Appends a content to given bytes.
struct BytesVisitor: LayoutVisitor {
    /// The bytes to append to.
    let bytes: [UInt8]
    /// The position of the table's offset 0 in `bytes`.
    let base: Int

    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> [UInt8] {
        var bytes = bytes
        layout.append(content, to: &bytes, base: base)
        return bytes
    }
}

/// Lists the fields that JSON shows, with their values.
struct ValuesVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> [MessageMember] {
        layout.members(of: content)
    }
}

/// Returns the name of a content's structure.
struct NameVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> String { layout.name }
}
