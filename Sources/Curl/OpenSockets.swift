import Glibc

/// The open sockets of one easy handle. libcurl does not say which one it keeps for the next transfer, but reports each that it
/// closes.
final class OpenSockets {
    private var descriptors = Set<Int32>()

    func add(_ descriptor: Int32) { descriptors.insert(descriptor) }

    func close(_ descriptor: Int32) -> Int32 {
        descriptors.remove(descriptor)
        return Glibc.close(descriptor)
    }

    /// Whether one of them has unread input, was closed by the peer or failed.
    var hasInput: Bool {
        descriptors.contains(where: { descriptor in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0 || errno != EAGAIN
        })
    }
}
