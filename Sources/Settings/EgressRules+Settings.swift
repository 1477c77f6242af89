import WebhookEngine

extension EgressRules {
    /// Reads the group `egress`: the addresses that webhooks may connect to.
    init(from reader: inout SettingsReader) {
        var allowLoopback = true
        reader.flag("egress.allowLoopback", &allowLoopback)
        let allowed = reader.texts("egress.allowedRanges", faultOf: EgressRules.allowedRangeFault)
        let denied = reader.texts("egress.deniedRanges", faultOf: EgressRules.deniedRangeFault)
        do throws(WebhookEngineError) {
            try self.init(allowLoopback: allowLoopback, allowedRanges: allowed, deniedRanges: denied)
        } catch {
            preconditionFailure("a range was read that is not a range: \(error)")
        }
    }
}
