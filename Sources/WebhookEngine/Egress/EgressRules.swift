/// Where webhooks may go: which addresses may be connected to.
///
/// Public addresses may, and loopback unless that is switched off; networks of the operator's own when a range allows
/// them; anything else never. An IPv6 address that stands for an IPv4 one is judged as that one.
public struct EgressRules: Hashable, Sendable {
    private let allowLoopback: Bool
    private let allowedRanges: [AddressRange]
    private let deniedRanges: [AddressRange]

    /// Rules with ranges in CIDR notation.
    ///
    /// - Parameters:
    ///   - allowLoopback: Whether 127.0.0.0/8 and ::1 may be connected to.
    ///   - allowedRanges: Of the private addresses, those that may be. Each range lies within one of them.
    ///   - deniedRanges: Addresses that may not be, whatever else is said of them.
    /// - Throws: `WebhookEngineError.range` for the first range that is none.
    public init(
        allowLoopback: Bool = true, allowedRanges: [String] = [], deniedRanges: [String] = []
    ) throws(WebhookEngineError) {
        self.allowLoopback = allowLoopback
        self.allowedRanges = try allowedRanges.map(EgressRules.allowedRange)
        self.deniedRanges = try deniedRanges.map { text throws(WebhookEngineError) in try AddressRange(text) }
    }

    /// Public addresses and loopback.
    public init() {
        allowLoopback = true
        allowedRanges = []
        deniedRanges = []
    }

    /// What is wrong with `text` as one of the allowed ranges, as a phrase; nil when nothing is.
    public static func allowedRangeFault(_ text: String) -> String? { fault(of: text, allowedRange) }

    /// What is wrong with `text` as one of the denied ranges, as a phrase; nil when nothing is.
    public static func deniedRangeFault(_ text: String) -> String? { fault(of: text, AddressRange.init) }

    /// Why `address` may not be connected to, as a phrase; nil when it may.
    func refusal(of address: IPAddress) -> String? {
        let target = address.standsFor
        guard !deniedRanges.contains(where: { $0.contains(address) || $0.contains(target) }) else {
            return "is in deniedRanges"
        }
        switch AddressKind(address) {
        case .global: return nil
        case .loopback: return allowLoopback ? nil : "is loopback, and allowLoopback is false"
        case .privateUse:
            return allowedRanges.contains { $0.contains(target) } ? nil : "is private, and not in allowedRanges"
        case .metadata: return "is a cloud's metadata service"
        case .linkLocal: return "is link-local"
        case .unspecified: return "is unspecified"
        case .multicast: return "is multicast"
        case .broadcast: return "is broadcast"
        case .reserved: return "is reserved"
        }
    }

    /// A range that says nothing about what is decided anyway, and so would mislead, is refused.
    private static func allowedRange(_ text: String) throws(WebhookEngineError) -> AddressRange {
        let range = try AddressRange(text)
        guard AddressKind.allowable.contains(where: { $0.contains(range) }) else {
            let names = AddressKind.allowable.map(\.description).joined(separator: ", ")
            throw .range("is not within one of \(names): other addresses are allowed, or denied, anyway")
        }
        return range
    }

    private static func fault(
        of text: String, _ parse: (String) throws(WebhookEngineError) -> AddressRange
    ) -> String? {
        do throws(WebhookEngineError) {
            _ = try parse(text)
            return nil
        } catch {
            return error.description
        }
    }
}
