/// What a caller may do. Each role may do what those before it may.
public enum Role: String, CaseIterable, Comparable, Sendable {
    /// Looks.
    case read
    /// Makes things happen on the hosts that are there. Makes hosts by a replay, with settings of others, and removes those.
    case drive
    /// Makes and removes hosts, and says how their drivers are configured and where their messages go.
    case admin

    /// Whether `right` may more.
    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .drive: 1
        case .admin: 2
        }
    }
}
