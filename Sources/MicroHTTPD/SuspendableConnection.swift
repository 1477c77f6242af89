import CMicroHTTPD

/// A connection that can be suspended while its request waits.
package protocol SuspendableConnection: Sendable {
    /// Stops reading and writing until `resume`; called on the thread that serves the connection.
    func suspend()

    /// Serves the connection again; called on any thread.
    func resume()
}

/// A connection of libmicrohttpd.
struct LibraryConnection: SuspendableConnection {
    private nonisolated(unsafe) let connection: OpaquePointer  // a C handle; its owner keeps it alive

    init(_ connection: OpaquePointer) { self.connection = connection }

    func suspend() { MHD_suspend_connection(connection) }

    func resume() { MHD_resume_connection(connection) }
}
