import CMicroHTTPD
import Glibc

/// A configuration as options of libmicrohttpd. The strings in it live as long as this object.
final class DaemonOptions {
    /// The options, terminated by MHD_OPTION_END.
    private(set) var items: [MHD_OptionItem] = []
    /// MHD_FLAG values.
    let flags: UInt32
    private var texts: [UnsafeMutablePointer<CChar>] = []

    init(_ configuration: DaemonConfiguration, _ core: DaemonCore) {
        var flags =
            MHD_USE_EPOLL.rawValue | MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
            | MHD_USE_ERROR_LOG.rawValue | MHD_USE_NO_LISTEN_SOCKET.rawValue | MHD_USE_ITC.rawValue
        if configuration.tls != nil { flags |= MHD_USE_TLS.rawValue }
        self.flags = flags

        let context = Unmanaged.passUnretained(core).toOpaque()
        // The logger must be first: the library writes to standard error until it has one.
        add(.EXTERNAL_LOGGER, unsafeBitCast(Daemon.logMessage, to: Int.self), context)
        add(.NOTIFY_CONNECTION, unsafeBitCast(Daemon.notifyConnection, to: Int.self), context)
        add(.URI_LOG_CALLBACK, unsafeBitCast(Daemon.logTarget, to: Int.self), context)
        add(.NOTIFY_COMPLETED, unsafeBitCast(Daemon.notifyCompleted, to: Int.self), context)
        // The library rejects a pool of one thread.
        if configuration.threads > 1 { add(.THREAD_POOL_SIZE, configuration.threads) }
        // The acceptor enforces the limit. The library divides its own limit among the threads and counts a closed
        // connection for a moment longer, so its limit must never be reached.
        add(
            .CONNECTION_LIMIT, (configuration.connectionLimit + configuration.probeLimit + 1024) * configuration.threads
        )
        // An address without a limit may also use the reserve.
        let perAddress = configuration.connectionsPerAddressLimit
        add(.PER_IP_CONNECTION_LIMIT, perAddress < configuration.connectionLimit ? perAddress : 0)
        add(.CONNECTION_MEMORY_LIMIT, configuration.connectionMemoryBytes)
        add(.CONNECTION_MEMORY_INCREMENT, 4096)
        add(.CONNECTION_TIMEOUT, configuration.idleTimeoutSeconds)
        add(.STRICT_FOR_CLIENT, Daemon.libraryVersion.discipline)
        if configuration.tls != nil {
            add(.HTTPS_CERT_CALLBACK, 0, unsafeBitCast(Daemon.retrieveCertificate, to: UnsafeMutableRawPointer.self))
            // The library's default allows TLS 1.0.
            add(
                .HTTPS_PRIORITIES, 0,
                text("SECURE128:%PROFILE_MEDIUM:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"))
        }
        add(.END, 0)
    }

    deinit {
        for text in texts { free(text) }
    }

    private func add(_ option: MHD_OPTION, _ value: Int, _ pointer: UnsafeMutableRawPointer? = nil) {
        items.append(MHD_OptionItem(option: option, value: value, ptr_value: pointer))
    }

    private func text(_ text: String) -> UnsafeMutableRawPointer? {
        guard let copy = strdup(text) else { return nil }
        texts.append(copy)
        return UnsafeMutableRawPointer(copy)
    }
}
