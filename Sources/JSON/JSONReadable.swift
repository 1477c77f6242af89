/// A value that is read from JSON.
public protocol JSONReadable: SendableMetatype {
    /// Reads the value; nil after a fault was recorded.
    init?(_ value: JSONValue)
}

/// A value that is read from a JSON object with a fixed set of members.
public protocol JSONObjectReadable: JSONReadable {
    /// The allowed names of members, at most 64; others are faults.
    static var members: [StaticString] { get }

    /// Reads the value from an object that may have further members; nil after a fault was recorded.
    init?(_ object: JSONObject)
}

extension JSONObjectReadable {
    /// Reads the value from an object that has only `members`; nil after a fault was recorded.
    @inlinable
    public init?(_ value: JSONValue) {
        guard let object = value.object(allowing: Self.members) else { return nil }
        self.init(object)
    }
}
