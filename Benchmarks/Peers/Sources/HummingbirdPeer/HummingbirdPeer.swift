import Glibc
import Hummingbird

/// A server with the endpoint of wdfilterd that bench/peers.py measures, and with a hello. It listens on a port that the kernel
/// chooses, and prints it as wdfilterd does.
@main
struct HummingbirdPeer {
    static func main() async throws {
        let router = Router()
        router.get("/") { _, _ in "Hello" }
        addThreads(to: router)
        var application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                print("listening on http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
                fflush(nil)
            }
        )
        application.logger.logLevel = .error
        try await application.runService()
    }
}
