/// What a transfer sends and receives. Called on the thread that performs the transfer.
public protocol TransferDelegate: AnyObject {
    /// Copies the next part of the body to `buffer` and returns its length: 0 at the end, nil to abort the transfer.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int?

    /// Takes a part of the answer's content, valid during the call only; false aborts the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool

    /// A header line of `count` bytes has been received; false aborts the transfer.
    func receiveHeader(_ count: Int) -> Bool

    /// libcurl has made progress on `handle`; false aborts the transfer. Only called after `reportProgress()`.
    func makeProgress(on handle: EasyHandle) -> Bool

    /// `count` bytes have been received, whatever they are. Only called after `countReceived()`.
    func noteReceived(_ count: Int)
}

extension TransferDelegate {
    /// Sends nothing.
    public func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? { 0 }

    /// Continues.
    public func receiveHeader(_ count: Int) -> Bool { true }

    /// Continues.
    public func makeProgress(on handle: EasyHandle) -> Bool { true }

    /// Does nothing.
    public func noteReceived(_ count: Int) {}
}

/// Opens the sockets of a handle's connections, or refuses to. Called on the thread that performs the transfer.
public protocol ConnectionOpener: AnyObject {
    /// A socket for a connection to `target`; nil to refuse it.
    func openSocket(for target: ConnectionTarget) -> Int32?

    /// libcurl is about to look up a name; false makes the transfer fail with `couldNotResolve`.
    func mayLookUp() -> Bool
}

/// Where a connection is about to go.
public struct ConnectionTarget {
    /// AF_INET, AF_INET6 or another address family.
    public let family: Int32
    /// SOCK_STREAM or another socket type.
    public let type: Int32
    /// The protocol number.
    public let protocolNumber: Int32
    /// The socket address, valid during the call only.
    public let address: UnsafeRawBufferPointer
}
