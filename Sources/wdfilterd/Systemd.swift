import Bytes
import Console
import Glibc
import MicroHTTPD

/// The protocol between systemd and a service: socket passing and state notifications.
struct Systemd {
    let environment: [String: String]

    /// The passed socket (sd_listen_fds), descriptor 3.
    func passedSocket() throws(CommandFailure) -> Int32 {
        func failure(_ detail: String) -> CommandFailure {
            CommandFailure(status: .usage, message: "server.listen: systemd: \(detail)")
        }
        guard let process = environment["LISTEN_PID"], let count = environment["LISTEN_FDS"] else {
            throw failure("no socket was passed (LISTEN_PID, LISTEN_FDS)")
        }
        guard process == String(getpid()) else { throw failure("the socket was passed to process \(process)") }
        guard count == "1" else { throw failure("\(count) sockets were passed; exactly one is supported") }
        return 3
    }

    /// The state of the service.
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

    /// Reports the state to systemd (sd_notify) if NOTIFY_SOCKET is set. Returns whether it was sent.
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
