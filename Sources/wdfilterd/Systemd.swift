import Bytes
import Console
import Glibc
import MicroHTTPD

/// What systemd passes to a service, and is told by it.
struct Systemd {
    let environment: [String: String]

    /// The socket that was passed (sd_listen_fds): the one descriptor from 3 on.
    func passedSocket() throws(CommandFailure) -> Int32 {
        func failure(_ detail: String) -> CommandFailure {
            CommandFailure(status: .usage, message: "server.listen: systemd: \(detail)")
        }
        guard let process = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"] else {
            throw failure("no socket was passed (LISTEN_PID, LISTEN_FDS)")
        }
        guard process == String(getpid()) else { throw failure("the socket was passed to process \(process)") }
        guard count == "1" else { throw failure("\(count) sockets were passed, and one is taken") }
        return 3
    }

    /// How far the service has come.
    enum State {
        case ready, reloading, stopping

        fileprivate var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(State.monotonicMicroseconds)"
            case .stopping: "STOPPING=1"
            }
        }

        private static var monotonicMicroseconds: Int64 { Monotonic.now().nanoseconds / 1000 }
    }

    /// Tells the state (sd_notify) when systemd wants to know. Returns whether somebody was told.
    @discardableResult
    func notify(_ state: State) -> Bool {
        guard let path = environment["NOTIFY_SOCKET"], let address = UnixAddress(path) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let text = Array(state.text.utf8)
        return address.send(text, over: descriptor) == text.count
    }
}
