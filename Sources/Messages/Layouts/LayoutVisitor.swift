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

/// Passes the fields that JSON shows to `body`, with their values.
struct MemberVisitor: LayoutVisitor {
    let body: (MessageMember) -> Void

    func visit<Content>(_ content: Content, _ layout: Layout<Content>) {
        layout.forEachMember(of: content, body)
    }
}

/// Returns the process in a content that JSON shows as `process`.
struct ProcessVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> AuxPidCreationTime? {
        layout.process.map { $0[content] }
    }
}

/// Returns the name of a content's structure.
struct NameVisitor: LayoutVisitor {
    func visit<Content>(_ content: Content, _ layout: Layout<Content>) -> String { layout.name }
}
