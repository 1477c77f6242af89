import Console
import Driver
import Glibc
import MicroHTTPD
import NotificationAPI
import Runtime
import Settings
import WebhookEngine

// Translates the settings for the parts of the service.
extension Settings {
    /// The address that the HTTP server listens on.
    ///
    /// - Throws: If systemd did not pass a socket as configured, or passed one beyond loopback that the settings do not allow.
    func endpoint(_ systemd: Systemd) throws(CommandFailure) -> Endpoint {
        switch server.listen {
        case .tcp(let address): return .tcp(host: address.host, port: address.port)
        case .unix(let path): return .unix(path: path, mode: server.socketMode.bits)
        case .systemd:
            let descriptor = try systemd.passedSocket()
            if let address = ListeningAddress(of: descriptor), address.isBeyondLoopback,
                let fault = server.insecurity(
                    hasTokens: auth.tokensFile != nil, hasTLS: tls.certificateFile != nil)
            {
                let text = address.text(hasTLS: tls.certificateFile != nil)
                throw CommandFailure(status: .usage, message: "server.listen: systemd: \(text) \(fault)")
            }
            return .passed(descriptor: descriptor)
        }
    }

    /// The configuration of the HTTP server on `endpoint` with the certificate `identity`.
    func daemonConfiguration(_ endpoint: Endpoint, _ identity: TLSIdentity?) -> DaemonConfiguration {
        var configuration = DaemonConfiguration(endpoint)
        configuration.tls = identity
        configuration.threads = server.threads == 0 ? Settings.poolThreads : server.threads
        configuration.connectionLimit = server.connectionLimit
        configuration.connectionsPerAddressLimit = server.connectionsPerAddressLimit
        configuration.idleTimeoutSeconds = (server.idleTimeoutMs + 999) / 1000
        configuration.requestDeadline = .milliseconds(max(100, server.requestTimeoutMs))
        if let instance = server.instance {
            configuration.headers = [(name: "\(About.instanceHeader)", value: instance)]
        }
        configuration.allowsUnsafeLibrary = server.allowUnsafeLibrary
        return configuration
    }

    /// The division of `limit` file descriptors.
    func descriptorBudget(of limit: Int) -> DescriptorBudget {
        DescriptorBudget(limit: limit, connections: server.connectionLimit, engines: engineConnections)
    }

    /// The failure of the command if the HTTP server does not start.
    func failure(_ error: DaemonError) -> CommandFailure {
        if case .unsafeLibrary = error {
            return CommandFailure(
                status: .usage, message: "server.allowUnsafeLibrary is false: \(error.text)")
        }
        return CommandFailure(status: .failed, message: "cannot listen on \(server.listen): \(error.text)")
    }

    /// One pool thread per processor, 2 to 4: more do not help a server that never blocks.
    private static var poolThreads: Int { min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 2), 4) }
}
