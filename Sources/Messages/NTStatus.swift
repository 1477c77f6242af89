/// An NTSTATUS as the driver records it.
public struct NTStatus: RawRepresentable, Hashable, Sendable {
    /// The 32-bit value.
    public var rawValue: UInt32

    /// The status `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The call succeeded; also "none yet" in a counter of last statuses.
    public static let success = NTStatus(rawValue: 0)
    /// The engine did not answer in time. NT_SUCCESS would take it for success; here it is a failure (SYN-6).
    public static let timeout = NTStatus(rawValue: 0x102)
    /// The engine's reply does not fit into the reply buffer.
    public static let bufferOverflow = NTStatus(rawValue: 0x8000_0005)
    /// Something else went wrong.
    public static let unsuccessful = NTStatus(rawValue: 0xC000_0001)
    /// A parameter is missing or out of range.
    public static let invalidParameter = NTStatus(rawValue: 0xC000_000D)
    /// Nobody is connected to the port, or the connection was lost.
    public static let portDisconnected = NTStatus(rawValue: 0xC000_0037)
    /// The wait was given up because the driver unloads.
    public static let cancelled = NTStatus(rawValue: 0xC000_0120)

    /// Every status that the service produces, with its name.
    public static let named: [(status: NTStatus, name: String)] = [
        (.success, "STATUS_SUCCESS"), (.timeout, "STATUS_TIMEOUT"), (.bufferOverflow, "STATUS_BUFFER_OVERFLOW"),
        (.unsuccessful, "STATUS_UNSUCCESSFUL"), (.invalidParameter, "STATUS_INVALID_PARAMETER"),
        (.portDisconnected, "STATUS_PORT_DISCONNECTED"), (.cancelled, "STATUS_CANCELLED"),
    ]

    /// The status's name, or `0x%08x` for one without.
    public var name: String {
        if let known = NTStatus.named.first(where: { $0.status == self }) { return known.name }
        return hex
    }

    /// The status as `0x%08x`.
    public var hex: String {
        let digits = String(rawValue, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
