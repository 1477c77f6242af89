/// The addresses that webhooks may connect to.
///
/// Public addresses are allowed, loopback unless it is switched off, and private networks if a range allows them.
/// Everything else is denied. An IPv6 address that embeds an IPv4 address is treated as that address.
public struct EgressRules: Hashable, Sendable {
    private let allowLoopback: Bool
    private let allowedRanges: [AddressRange]
    private let deniedRanges: [AddressRange]

    /// Creates rules from ranges in CIDR notation.
    ///
    /// - Parameters:
    ///   - allowLoopback: Whether 127.0.0.0/8 and ::1 may be connected to.
    ///   - allowedRanges: Private addresses that are allowed. Each range must be within one private network.
    ///   - deniedRanges: Denied addresses; takes precedence over everything else.
    /// - Throws: `WebhookEngineError.range` for the first invalid range.
    public init(
        allowLoopback: Bool = true, allowedRanges: [String] = [], deniedRanges: [String] = []
    ) throws(WebhookEngineError) {
        self.allowLoopback = allowLoopback
        self.allowedRanges = try allowedRanges.map(EgressRules.allowedRange)
        self.deniedRanges = try deniedRanges.map { text throws(WebhookEngineError) in try AddressRange(text) }
    }

    /// Allows public addresses and loopback.
    public init() { self.init(allowed: []) }

    /// Also allows private networks: for a URL that the user gives on the command line.
    public static let withPrivateNetworks = EgressRules(allowed: AddressKind.allowable)

    private init(allowed: [AddressRange]) {
        allowLoopback = true
        allowedRanges = allowed
        deniedRanges = []
    }

    /// The fault in `text` as an allowed range, as a phrase; nil if it is valid.
    public static func allowedRangeFault(_ text: String) -> String? { fault(of: text, allowedRange) }

    /// The fault in `text` as a denied range, as a phrase; nil if it is valid.
    public static func deniedRangeFault(_ text: String) -> String? { fault(of: text, AddressRange.init) }

    /// Why `address` is denied, as a phrase; nil if it is allowed.
    func refusal(of address: IPAddress) -> String? {
        let target = address.embedded
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

    /// Rejects a range that would have no effect, because it would mislead.
    private static func allowedRange(_ text: String) throws(WebhookEngineError) -> AddressRange {
        let range = try AddressRange(text)
        guard AddressKind.allowable.contains(where: { $0.contains(range) }) else {
            let names = AddressKind.allowable.map(\.description).joined(separator: ", ")
            throw .range("is not within one of \(names); the setting has no effect on other addresses")
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
