import CMicroHTTPD

/// What stops to serve a connection while its request waits, and goes on.
package protocol SuspendableConnection: Sendable {
    /// Nothing is read or written before `resume`; on the thread that serves the connection.
    func suspend()

    /// The connection is served again; on any thread.
    func resume()
}

/// A connection of the library's.
struct LibraryConnection: SuspendableConnection {
    private nonisolated(unsafe) let connection: OpaquePointer  // a C handle; its owner sees to it that it lives

    init(_ connection: OpaquePointer) { self.connection = connection }

    func suspend() { MHD_suspend_connection(connection) }

    func resume() { MHD_resume_connection(connection) }
}
