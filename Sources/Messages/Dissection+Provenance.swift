extension Dissection {
    /// The provenance of the layout of `part`; nil for a structure without a layout.
    public func provenance(of part: MessagePart) -> Provenance? {
        Dissection.provenances[part.structure]
    }

    private static let provenances: [String: Provenance] = {
        let structures =
            [StructureLayout.asyncHeader, .syncHeader, .syncReply, .createProcessReply]
            + AsyncOperation.allCases.map(\.structure) + SyncOperation.allCases.map(\.structure)
        return Dictionary(structures.map { ($0.name, $0.provenance) }) { first, _ in first }
    }()
}
