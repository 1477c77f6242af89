public import Driver
import Messages

/// An engine that is not connected to the port: every send fails at once with STATUS_PORT_DISCONNECTED.
public struct DisconnectedEngine: EnginePort {
    /// The absent engine.
    public init() {}

    /// Calls `completion` before it returns.
    public func send(
        _ message: EngineMessage, timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void
    ) {
        completion(EngineResult(status: .portDisconnected, fault: "no engine is connected"))
    }

    /// Calls `completion` before it returns.
    public func ping(timeout: Duration, completion: @escaping @Sendable (EngineResult) -> Void) {
        completion(EngineResult(status: .portDisconnected, fault: "no engine is connected"))
    }
}
