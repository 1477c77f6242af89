/// An expectation that held, and what made it hold: a part of the explanation of a case that somebody asked for.
@dynamicMemberLookup
public struct HeldReport: Sendable {
    /// The expectation.
    public let look: LookReport
    /// Why no message matched, if none did.
    public var why: [Reason] = []
    /// The first messages that matched.
    public var messages: [MadeMessage] = []
    /// How many matched beyond these.
    public var unlisted = 0

    /// The expectation `look`, without messages.
    init(_ look: LookReport) { self.look = look }

    /// A part of the expectation.
    public subscript<Value>(dynamicMember path: KeyPath<LookReport, Value>) -> Value { look[keyPath: path] }
}

/// A message, and why the driver made it.
public struct MadeMessage: Sendable {
    /// The message, with the step that made it.
    public var message: NearestMessage
    /// The routine that made it; nil if nobody says.
    public var routine: String?
    /// The conditions that the routine looked at.
    public var checks: [Reason.CheckReport] = []
    /// The causes of the rules and flags among these.
    public var causes: [Cause] = []
}
