extension NotificationAPI {
    /// The requests that are logged at level info. The others are logged at debug.
    public enum LoggedRequests: String, CaseIterable, Sendable {
        /// None.
        case none
        /// Those answered with a status of 400 or more.
        case errors
        /// All.
        case all

        /// Whether a request answered with `status` is one of them.
        func includes(_ status: Int) -> Bool {
            switch self {
            case .none: false
            case .errors: status >= 400
            case .all: true
            }
        }
    }
}
