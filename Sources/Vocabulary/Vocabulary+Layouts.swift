public import Messages

extension Vocabulary {
    /// A structure, and the messages that use it.
    public struct Layout: Sendable {
        /// Its table.
        public let structure: StructureLayout
        /// The names of the operations whose messages use it; empty for headers and replies.
        public let operations: [String]
        /// The position of the table's offset 0, for people.
        public let place: String
    }

    /// Every structure with a layout, each once, in the order of docs/messages.md.
    public static let layouts: [Layout] = {
        let start = "the start of the message"
        var layouts = [Layout(structure: .asyncHeader, operations: [], place: start)]
        for operation in AsyncOperation.allCases where operation.hasLayout {
            add(operation.structure, operation.name, place: start, to: &layouts)
        }
        layouts.append(Layout(structure: .syncHeader, operations: [], place: start))
        for operation in SyncOperation.allCases {
            add(operation.structure, operation.name, place: "the variable data, 0x30 of the message", to: &layouts)
        }
        layouts.append(Layout(structure: .syncReply, operations: [], place: "the start of the reply"))
        layouts.append(Layout(structure: .createProcessReply, operations: [], place: "the start of the reply"))
        return layouts
    }()

    private static func add(
        _ structure: StructureLayout, _ operation: String, place: String, to layouts: inout [Layout]
    ) {
        if let known = layouts.firstIndex(where: { $0.structure.name == structure.name }) {
            layouts[known] = Layout(
                structure: structure, operations: layouts[known].operations + [operation], place: place)
        } else {
            layouts.append(Layout(structure: structure, operations: [operation], place: place))
        }
    }
}
