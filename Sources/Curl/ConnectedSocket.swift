import CCurl
import Glibc

/// The connection that a handle with the option `connectsOnly` has made: bytes in both directions, through TLS if the URL
/// says so. The handle must be in its multi handle.
extension EasyHandle {
    /// The result of sending or receiving without waiting.
    public enum SocketResult: Hashable, Sendable {
        /// This many bytes were sent or received, at least one.
        case bytes(Int)
        /// Nothing can be sent or received at the moment.
        case wouldBlock
        /// The peer has closed its end.
        case closed
        /// The connection is lost.
        case failed(ResultCode)
    }

    /// The socket of the connection, for waiting until it is ready; nil without a connection.
    public var socket: Int32? {
        var socket = CURL_SOCKET_BAD
        guard curl_easy_get_socket(pointer, &socket) == CURLE_OK, socket != CURL_SOCKET_BAD else { return nil }
        return socket
    }

    /// Sends the first of `bytes`, at least one, as many as fit into the socket's buffer.
    public func send(_ bytes: UnsafeRawBufferPointer) -> SocketResult {
        var count = 0
        return result(curl_easy_send(pointer, bytes.baseAddress, bytes.count, &count), count)
    }

    /// Receives into `buffer`, which has room for at least one byte.
    ///
    /// A TLS connection may hold bytes that its socket no longer has: it is read until `wouldBlock`.
    public func receive(into buffer: UnsafeMutableRawBufferPointer) -> SocketResult {
        var count = 0
        return result(curl_easy_recv(pointer, buffer.baseAddress, buffer.count, &count), count)
    }

    private func result(_ code: CURLcode, _ count: Int) -> SocketResult {
        switch code {
        case CURLE_OK: count > 0 ? .bytes(count) : .closed
        case CURLE_AGAIN: .wouldBlock
        default: .failed(ResultCode(code))
        }
    }

    /// Whether `socket` has unread input, was closed by the peer or failed.
    public static func hasInput(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0 || errno != EAGAIN
    }
}
