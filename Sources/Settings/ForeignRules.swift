/// What other parts of the program know about the values of settings that are theirs.
public struct ForeignRules: Sendable {
    /// The bit of a rule's name, nil when there is none.
    public var rule: @Sendable (String) -> UInt32?
    /// The bit of a flag's name, nil when there is none.
    public var flag: @Sendable (String) -> UInt32?
    /// What is wrong with a host that the service may be asked for by, as a phrase; nil when nothing is.
    public var hostFault: @Sendable (String) -> String?
    /// What is wrong with the URL of an engine, as a phrase; nil when nothing is.
    public var urlFault: @Sendable (String) -> String?
    /// What is wrong with headers for an engine, by name; empty when nothing is.
    public var headerFaults: @Sendable ([String: String]) -> [(name: String, detail: String)]
    /// What is wrong with a range of addresses that webhooks may go to, as a phrase; nil when nothing is.
    public var allowedRangeFault: @Sendable (String) -> String?
    /// What is wrong with a range of addresses that webhooks may not go to, as a phrase; nil when nothing is.
    public var deniedRangeFault: @Sendable (String) -> String?

    /// Asks the given functions.
    public init(
        rule: @escaping @Sendable (String) -> UInt32?, flag: @escaping @Sendable (String) -> UInt32?,
        hostFault: @escaping @Sendable (String) -> String?, urlFault: @escaping @Sendable (String) -> String?,
        headerFaults: @escaping @Sendable ([String: String]) -> [(name: String, detail: String)],
        allowedRangeFault: @escaping @Sendable (String) -> String?,
        deniedRangeFault: @escaping @Sendable (String) -> String?
    ) {
        self.rule = rule
        self.flag = flag
        self.hostFault = hostFault
        self.urlFault = urlFault
        self.headerFaults = headerFaults
        self.allowedRangeFault = allowedRangeFault
        self.deniedRangeFault = deniedRangeFault
    }
}
