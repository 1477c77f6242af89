/// How Sysmon records an event.
struct SysmonForm: Sendable {
    /// The event id of its records.
    let id: UInt64
    /// The gap of a recording without them: completes the phrase "no event 1: no creations".
    let lacks: String
    /// The gap of the records themselves: completes the phrase "event 8 does not name the creating thread". Nil if they
    /// have none.
    let limits: String?
    /// Reads the fields of a record.
    let read: @Sendable (SysmonFields) throws(LineFault) -> SysmonEvent.Content

    init(
        _ id: UInt64, lacks: String, limits: String? = nil,
        _ read: @escaping @Sendable (SysmonFields) throws(LineFault) -> SysmonEvent.Content
    ) {
        self.id = id
        self.lacks = lacks
        self.limits = limits
        self.read = read
    }
}
