import JSON

/// How a scenario refers to a process or a thread.
public enum Reference: Hashable, Sendable {
    /// By the name that `as` gave it.
    case named(String)
    /// By its pid or tid, as recordings do.
    case id(UInt32)
}

extension Reference: CustomStringConvertible {
    /// The name or the number.
    public var description: String {
        switch self {
        case .named(let name): name
        case .id(let id): String(id)
        }
    }
}

extension Reference {
    /// As a scenario writes it.
    var json: JSONTree {
        switch self {
        case .named(let name): .string(name)
        case .id(let id): .integer(id)
        }
    }
}
