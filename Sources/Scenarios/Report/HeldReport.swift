/// An expectation that held, and what made it hold: a part of the explanation of a case that somebody asked for.
public struct HeldReport: Sendable {
    /// The line of the expectation.
    public var line: Int
    /// The step.
    public var step: String
    /// The step's id.
    public var id: String?
    /// The round of the `repeat` around the step.
    public var iteration: Int?
    /// Why it matters, as the author says.
    public var because: String?
    /// How many, or what, in words.
    public var expected: String
    /// What is counted or compared, in words.
    public var subject: String
    /// How many were found; nil if nothing is counted.
    public var found: Int?
    /// How many messages were in scope; nil if it is not about messages.
    public var scope: Int?
    /// The scope in words.
    public var scopeName: String?
    /// Fields that were compared.
    public var fields: [ComparedField]
    /// What happened instead, if no field says it.
    public var detail: String?
    /// Why no message matched, if none did.
    public var why: [Reason] = []
    /// The first messages that matched.
    public var messages: [MadeMessage] = []
    /// How many matched beyond these.
    public var unlisted = 0

    /// The expectation of `looked`, without messages.
    init(_ looked: FailureReport) {
        line = looked.line
        step = looked.step
        id = looked.id
        iteration = looked.iteration
        because = looked.because
        expected = looked.expected
        subject = looked.subject
        found = looked.found
        scope = looked.scope
        scopeName = looked.scopeName
        fields = looked.fields
        detail = looked.detail
    }
}

/// A message, and why the driver made it.
public struct MadeMessage: Sendable {
    /// The message, with the step that made it.
    public var message: NearestMessage
    /// The routine that made it; nil if nobody says.
    public var routine: String?
    /// The conditions that the routine looked at.
    public var checks: [Reason.CheckReport] = []
    /// Who set the rules and flags among these.
    public var causes: [Cause] = []
}
