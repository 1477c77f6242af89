import Driver
import Settings
import WebhookEngine

extension ForeignRules {
    /// What the driver and the webhook engine say.
    static let program = ForeignRules(
        rule: { ProcessRules.bit(named: $0)?.rawValue },
        flag: { ProcessFlags.bit(named: $0)?.rawValue },
        urlFault: URLRules.fault,
        headerFaults: HeaderRules.faults(of:),
        allowedRangeFault: EgressRules.allowedRangeFault,
        deniedRangeFault: EgressRules.deniedRangeFault)
}
