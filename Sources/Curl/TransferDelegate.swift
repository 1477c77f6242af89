/// The source of a transfer's body, and the receiver of its answer. Called on the thread that performs the transfer.
public protocol TransferDelegate: AnyObject {
    /// Copies the next part of the body to `buffer` and returns its length; 0 at the end, nil to abort the transfer.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int?

    /// Receives a part of the answer's content, valid only during the call; returning false aborts the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool

    /// Called for each header line, of `count` bytes; returning false aborts the transfer.
    func receiveHeader(_ count: Int) -> Bool

    /// Called when the transfer of `handle` makes progress; returning false aborts it. Only called after
    /// `reportProgress()`.
    func makeProgress(on handle: EasyHandle) -> Bool
}

extension TransferDelegate {
    /// Sends nothing.
    public func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? { 0 }

    /// Continues the transfer.
    public func receiveHeader(_ count: Int) -> Bool { true }

    /// Continues the transfer.
    public func makeProgress(on handle: EasyHandle) -> Bool { true }
}

/// Opens the sockets of a handle's connections, or refuses to. Called on the thread that performs the transfer.
public protocol ConnectionOpener: AnyObject {
    /// Returns a socket for a connection to `target`, or nil to refuse the connection.
    func openSocket(for target: ConnectionTarget) -> Int32?

    /// Called before libcurl looks up a name; returning false makes the transfer fail with `couldNotResolve`.
    func mayLookUp() -> Bool
}

/// The address of a connection that is about to be made.
public struct ConnectionTarget {
    /// AF_INET, AF_INET6 or another address family.
    public let family: Int32
    /// SOCK_STREAM or another socket type.
    public let type: Int32
    /// The protocol number.
    public let protocolNumber: Int32
    /// The socket address, valid only during the call.
    public let address: UnsafeRawBufferPointer
}
