import Bytes

/// An NTSTATUS as the driver records it.
public struct NTStatus: RawRepresentable, Hashable, Sendable {
    /// The 32-bit value.
    public var rawValue: UInt32

    /// The status `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The call succeeded; also "none yet" in a counter of last statuses.
    public static let success = NTStatus(rawValue: 0)
    /// The engine did not answer in time. NT_SUCCESS would treat this as a success; here it is a failure (SYN-6).
    public static let timeout = NTStatus(rawValue: 0x102)
    /// The engine's reply does not fit into the reply buffer.
    public static let bufferOverflow = NTStatus(rawValue: 0x8000_0005)
    /// Something else went wrong.
    public static let unsuccessful = NTStatus(rawValue: 0xC000_0001)
    /// A parameter is missing or out of range.
    public static let invalidParameter = NTStatus(rawValue: 0xC000_000D)
    /// No engine is connected to the port, or the connection was lost.
    public static let portDisconnected = NTStatus(rawValue: 0xC000_0037)
    /// The wait was canceled because the driver unloads.
    public static let cancelled = NTStatus(rawValue: 0xC000_0120)

    /// The table of statuses: each one that the service produces.
    public static let table: [(status: NTStatus, term: Term)] = [
        line(.success, "STATUS_SUCCESS", "the engine took the message and answered; in a counter, no error yet"),
        line(
            .timeout, "STATUS_TIMEOUT",
            "no answer in time; here a failure, although NT_SUCCESS would take it for success", rules: ["SYN-6"]),
        line(.bufferOverflow, "STATUS_BUFFER_OVERFLOW", "the reply is larger than its buffer", from: returned),
        line(.unsuccessful, "STATUS_UNSUCCESSFUL", "something else went wrong", from: returned),
        line(
            .invalidParameter, "STATUS_INVALID_PARAMETER", "a parameter is missing or out of range", rules: ["SYN-2"]),
        line(
            .portDisconnected, "STATUS_PORT_DISCONNECTED", "no engine is connected, or the connection was lost",
            from: returned),
        line(
            .cancelled, "STATUS_CANCELLED", "a wait was given up because the driver unloads", from: returned,
            rules: ["SYN-4"]),
    ]

    private static let returned = Provenance.decided("the driver returns the status of FltSendMessage")

    private static func line(
        _ status: NTStatus, _ name: String, _ meaning: String, from provenance: Provenance = .known("part 2"),
        rules: [String] = []
    ) -> (status: NTStatus, term: Term) {
        (status, Term(name, value: .status(status.rawValue), provenance, meaning, rules: rules))
    }

    /// The status's name, or `0x%08x` if it has none.
    public var name: String { NTStatus.table.first { $0.status == self }?.term.name ?? hex }

    /// The status called `name`, as `name` writes it; nil for any other text.
    public init?(name: String) {
        if let line = NTStatus.table.first(where: { $0.term.name == name }) {
            self = line.status
        } else if name.hasPrefix("0x"), let value = UInt32(hexDigits: name.utf8.dropFirst(2)) {
            self.init(rawValue: value)
        } else {
            return nil
        }
    }

    /// The status as `0x%08x`.
    public var hex: String { rawValue.hex(digits: 8) }
}
