/// The rights of a client. Each role includes those before it.
public enum Role: String, CaseIterable, Comparable, Sendable {
    /// Reads state, but changes nothing.
    case read
    /// Sends events to existing hosts, and changes their rules and workers. Creates hosts by a replay, with the settings of
    /// an existing host, and deletes those.
    case drive
    /// Creates and deletes hosts, and sets their configuration, clocks and engines.
    case admin

    /// Whether `right` has more rights.
    public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .drive: 1
        case .admin: 2
        }
    }
}
