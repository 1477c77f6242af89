/// The memory layout of a structure of the driver: a table of its fields, each tied to the property that holds it.
///
/// Fields are at fixed offsets. Parts, whose size varies, follow the last field in the order of the table. If a field
/// gives the length or the offset of a part, reading uses that value after checking it.
struct Layout<Content: Sendable>: Sendable {
    typealias Path<Value> = any WritableKeyPath<Content, Value> & Sendable

    /// The property of a content that holds a value.
    ///
    /// A stored one is read at its offset: each message is read, and following a key path takes fifteen times as long.
    struct Property<Value: Sendable>: Sendable {
        let path: Path<Value>
        private let offset: Int?

        init(_ path: Path<Value>) {
            self.path = path
            offset = MemoryLayout<Content>.offset(of: path)
        }

        subscript(content: Content) -> Value {
            guard let offset else { return content[keyPath: path] }
            return withUnsafeBytes(of: content) {
                $0.baseAddress.unsafelyUnwrapped.advanced(by: offset).assumingMemoryBound(to: Value.self).pointee
            }
        }
    }

    /// A field at a fixed offset.
    struct Field: Sendable {
        var facts: LayoutField
        let slot: Slot
    }

    /// The kind of value in a field, and the property that holds it.
    enum Slot: Sendable {
        case byte(Property<UInt8>)
        case flag(Property<Bool>)
        case dword(Property<UInt32>)
        case signedDword(Property<Int32>)
        case qword(Property<UInt64>)
        case signedQword(Property<Int64>)
        case process(Property<AuxPidCreationTime>)
        case thread(Property<AuxTidCreationTime>)
        case oword(Property<OWord>)
        /// The constant that the facts give, or zeros.
        case constant
        /// The length, count or offset of a part, as the facts say.
        case measure
    }

    /// A piece of varying size.
    struct Part: Sendable {
        var facts: LayoutField
        let content: PartContent
        /// Indices of the fields that hold its length or count, and its offset.
        var measureField: Int?
        var offsetField: Int?
    }

    /// The facts that determine the length of a part. For a text: its terminator, and whether it is absent when empty.
    struct Extent: Sendable {
        let content: PartContent
        let terminator: Int
        let isOptional: Bool

        init(_ part: Part) {
            content = part.content
            if case .text(let bytes) = part.facts.kind { terminator = bytes } else { terminator = 0 }
            isOptional = part.offsetField != nil
        }

        /// The bytes that a text of so many UTF-16 units takes.
        func size(ofText units: Int) -> Int { units == 0 && isOptional ? 0 : 2 * units + terminator }
    }

    enum PartContent: Sendable {
        case text(Property<UnicodeString>)
        case data(Property<[UInt8]>)
        case hashes(Property<[OWord]>)
    }

    /// A line that JSON shows, and the access to its value.
    struct Member: Sendable {
        let field: MemberField
        let access: Access
    }

    enum Access: Sendable {
        case slot(Slot)
        case part(PartContent)
    }

    /// A line of the table.
    enum Line: Sendable {
        case field(Field)
        case part(Part)

        var facts: LayoutField {
            switch self {
            case .field(let field): field.facts
            case .part(let part): part.facts
            }
        }

        fileprivate var access: Access {
            switch self {
            case .field(let field): .slot(field.slot)
            case .part(let part): .part(part.content)
            }
        }
    }

    /// The driver's name of the structure.
    let name: String
    /// The status and source of the layout as a whole.
    let provenance: Provenance
    /// A content in which nothing is set.
    let empty: Content
    let fields: [Field]
    let parts: [Part]
    /// The facts that determine the length of each part.
    let extents: [Extent]
    /// The offset of the first part.
    let fixedSize: Int
    /// The table as written.
    let lines: [Line]
    /// The lines that JSON shows.
    let members: [Member]
    /// The access to the line that JSON shows as `process`; nil if there is none.
    let process: Property<AuxPidCreationTime>?

    init(_ name: String, _ provenance: Provenance, empty: Content, _ lines: [Line]) {
        self.name = name
        self.provenance = provenance
        self.empty = empty
        self.lines = lines
        members = lines.compactMap { line in MemberField(line.facts).map { Member(field: $0, access: line.access) } }
        process =
            members.lazy.compactMap { member in
                if member.field.isProcess, case .slot(.process(let path)) = member.access { path } else { nil }
            }.first
        fields = lines.compactMap { if case .field(let field) = $0 { field } else { nil } }
        // The first part may give its own offset: raw data have no field before them.
        fixedSize = lines.map { ($0.facts.offset ?? 0) + ($0.facts.size ?? 0) }.max() ?? 0
        var parts = lines.compactMap { line -> Part? in if case .part(let part) = line { part } else { nil } }
        for (index, field) in fields.enumerated() {
            switch field.facts.kind {
            case .length(let name), .count(let name): parts[Layout.place(name, in: parts)].measureField = index
            case .offset(let name): parts[Layout.place(name, in: parts)].offsetField = index
            default: continue
            }
        }
        self.parts = parts
        extents = parts.map { Extent($0) }
    }

    private static func place(_ name: String, in parts: [Part]) -> Int {
        guard let place = parts.firstIndex(where: { $0.facts.name == name }) else {
            preconditionFailure("the layout has no part \(name)")
        }
        return place
    }
}
