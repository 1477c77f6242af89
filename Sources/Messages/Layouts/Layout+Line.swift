// The vocabulary of the tables.
extension Layout.Line {
    typealias Path<Value> = Layout.Path<Value>

    static func u8(_ offset: Int, _ name: String, _ path: Path<UInt8>) -> Self {
        field(offset, 1, name, .number, .byte(.init(path)))
    }
    static func flag(_ offset: Int, _ name: String, _ path: Path<Bool>) -> Self {
        field(offset, 1, name, .flag, .flag(.init(path)))
    }
    static func u32(_ offset: Int, _ name: String, _ path: Path<UInt32>) -> Self {
        field(offset, 4, name, .number, .dword(.init(path)))
    }
    static func hex32(_ offset: Int, _ name: String, _ path: Path<UInt32>) -> Self {
        field(offset, 4, name, .hex, .dword(.init(path)))
    }
    static func i32(_ offset: Int, _ name: String, _ path: Path<Int32>) -> Self {
        field(offset, 4, name, .signed, .signedDword(.init(path)))
    }
    static func hex64(_ offset: Int, _ name: String, _ path: Path<UInt64>) -> Self {
        field(offset, 8, name, .hex, .qword(.init(path)))
    }
    static func i64(_ offset: Int, _ name: String, _ path: Path<Int64>) -> Self {
        field(offset, 8, name, .signed, .signedQword(.init(path)))
    }
    static func process(_ offset: Int, _ name: String, _ path: Path<AuxPidCreationTime>) -> Self {
        field(offset, 12, name, .process, .process(.init(path)))
    }
    static func thread(_ offset: Int, _ name: String, _ path: Path<AuxTidCreationTime>) -> Self {
        field(offset, 12, name, .thread, .thread(.init(path)))
    }
    static func guid(_ offset: Int, _ name: String, _ path: Path<OWord>) -> Self {
        field(offset, OWord.size, name, .guid, .oword(.init(path)))
    }
    static func oword(_ offset: Int, _ name: String, _ path: Path<OWord>) -> Self {
        field(offset, OWord.size, name, .oword, .oword(.init(path)))
    }

    /// Bytes that are always 0.
    static func zero(_ offset: Int, _ size: Int, _ name: String = "(zero)") -> Self {
        hidden(offset, size, name, .zero, .constant)
    }
    /// A number that never changes.
    static func constant(_ offset: Int, _ size: Int, _ name: String, _ value: UInt64) -> Self {
        hidden(offset, size, name, .constant(value), .constant)
    }
    static func length(_ offset: Int, _ name: String, of part: String) -> Self {
        hidden(offset, 4, name, .length(of: part), .measure)
    }
    static func count(_ offset: Int, _ name: String, of part: String) -> Self {
        hidden(offset, 4, name, .count(of: part), .measure)
    }
    static func offset(_ offset: Int, _ name: String, size: Int = 4, of part: String) -> Self {
        hidden(offset, size, name, .offset(of: part), .measure)
    }

    /// A string and its NUL. If a field gives its offset, an empty string is absent.
    static func text(_ name: String, _ path: Path<UnicodeString>, at offset: Int? = nil, terminator: Int = 2) -> Self {
        part(offset, name, .text(terminator: terminator), .text(.init(path)))
    }
    /// Bytes; if no field gives their length, all the remaining ones.
    static func data(_ name: String, _ path: Path<[UInt8]>, at offset: Int? = nil) -> Self {
        part(offset, name, .data, .data(.init(path)))
    }
    static func hashes(_ name: String, _ path: Path<[OWord]>) -> Self {
        part(nil, name, .hashes, .hashes(.init(path)))
    }

    private static func field(
        _ offset: Int, _ size: Int, _ name: String, _ kind: LayoutField.Kind, _ slot: Layout.Slot
    ) -> Self {
        let facts = LayoutField(name, at: offset, size: size, kind, member: memberName(name))
        return .field(Layout.Field(facts: facts, slot: slot))
    }

    private static func hidden(
        _ offset: Int, _ size: Int, _ name: String, _ kind: LayoutField.Kind, _ slot: Layout.Slot
    ) -> Self {
        .field(Layout.Field(facts: LayoutField(name, at: offset, size: size, kind, member: nil), slot: slot))
    }

    private static func part(
        _ offset: Int?, _ name: String, _ kind: LayoutField.Kind, _ content: Layout.PartContent
    ) -> Self {
        let facts = LayoutField(name, at: offset, size: nil, kind, member: memberName(name))
        return .part(Layout.Part(facts: facts, content: content))
    }

    private static func memberName(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    // MARK: Modifiers of a line

    /// A message cannot be created without this.
    var required: Self { with { $0.isRequired = true } }
    /// Left 0 by a LoadImage.
    var leftZeroByLoadImage: Self { with { $0.isLeftZeroByLoadImage = true } }

    /// Its name in JSON, and a deprecated one.
    func called(_ member: String, formerly former: String? = nil) -> Self {
        with { ($0.member, $0.formerMember) = (member, former) }
    }
    func note(_ note: String) -> Self { with { $0.note = note } }
    func from(_ provenance: Provenance) -> Self { with { $0.provenance = provenance } }
    func values(_ names: [UInt64: String]) -> Self { with { $0.valueNames = .init(names: names, areBits: false) } }
    func bits(_ names: [UInt64: String]) -> Self { with { $0.valueNames = .init(names: names, areBits: true) } }

    private func with(_ change: (inout LayoutField) -> Void) -> Self {
        switch self {
        case .field(var field):
            change(&field.facts)
            return .field(field)
        case .part(var part):
            change(&part.facts)
            return .part(part)
        }
    }
}
