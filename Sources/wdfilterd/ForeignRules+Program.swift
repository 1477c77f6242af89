import Driver
import NotificationAPI
import Settings
import WebhookEngine

extension ForeignRules {
    /// What the driver and the webhook engine say.
    static let program = ForeignRules(
        rule: { ProcessRules.bit(named: $0)?.rawValue },
        flag: { ProcessFlags.bit(named: $0)?.rawValue },
        hostFault: { AllowedHost($0) == nil ? "is not a host, nor HOST:PORT" : nil },
        urlFault: URLRules.fault,
        headerFaults: HeaderRules.faults(of:),
        allowedRangeFault: EgressRules.allowedRangeFault,
        deniedRangeFault: EgressRules.deniedRangeFault)
}
