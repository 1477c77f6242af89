/// Does something with a content and its layout, whatever type it is of.
protocol LayoutVisitor<Result> {
    associatedtype Result
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> Result
}

/// Measures a content, in bytes.
struct SizeVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> Int { layout.size(of: content) }
}

/// Appends a content to what comes before it.
struct BytesVisitor: LayoutVisitor {
    /// What comes before.
    let bytes: [UInt8]
    /// Where the table's offset 0 lies.
    let base: Int

    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> [UInt8] {
        var bytes = bytes
        layout.append(content, to: &bytes, base: base)
        return bytes
    }
}

/// Lists the fields that JSON tells, with their values.
struct ValuesVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> [MessageMember] {
        layout.members(of: content)
    }
}

/// Tells which structure a content is.
struct NameVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> String { layout.name }
}
