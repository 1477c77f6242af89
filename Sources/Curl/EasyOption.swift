import CCurl

/// An option of an easy handle whose value is a `Value`.
public struct EasyOption<Value>: Sendable {
    let option: CURLoption
    let name: String

    init(_ option: CURLoption, _ name: String) {
        self.option = option
        self.name = name
    }
}

extension EasyOption<String> {
    /// The URL.
    public static var url: EasyOption { EasyOption(CURLOPT_URL, "CURLOPT_URL") }
    /// The value of User-Agent.
    public static var userAgent: EasyOption { EasyOption(CURLOPT_USERAGENT, "CURLOPT_USERAGENT") }
    /// The method, if the kind of transfer does not imply it.
    public static var method: EasyOption { EasyOption(CURLOPT_CUSTOMREQUEST, "CURLOPT_CUSTOMREQUEST") }
    /// The proxy; empty for none. By default, the environment's proxy is used.
    public static var proxy: EasyOption { EasyOption(CURLOPT_PROXY, "CURLOPT_PROXY") }
    /// The allowed schemes of URLs, separated by commas.
    public static var schemes: EasyOption { EasyOption(CURLOPT_PROTOCOLS_STR, "CURLOPT_PROTOCOLS_STR") }
    /// The file of certificates to trust instead of the system's.
    public static var certificateFile: EasyOption { EasyOption(CURLOPT_CAINFO, "CURLOPT_CAINFO") }
    /// A directory with more certificates to trust; nil for none.
    public static var certificateDirectory: EasyOption { EasyOption(CURLOPT_CAPATH, "CURLOPT_CAPATH") }
    /// The unix domain socket to connect to.
    public static var unixSocketPath: EasyOption {
        EasyOption(CURLOPT_UNIX_SOCKET_PATH, "CURLOPT_UNIX_SOCKET_PATH")
    }
}

extension EasyOption<Int> {
    /// The timeout of a transfer, in milliseconds.
    public static var timeout: EasyOption { EasyOption(CURLOPT_TIMEOUT_MS, "CURLOPT_TIMEOUT_MS") }
    /// The timeout for connecting, in milliseconds.
    public static var connectTimeout: EasyOption {
        EasyOption(CURLOPT_CONNECTTIMEOUT_MS, "CURLOPT_CONNECTTIMEOUT_MS")
    }
    /// The idle time after which a connection is not reused, in seconds.
    public static var connectionAge: EasyOption { EasyOption(CURLOPT_MAXAGE_CONN, "CURLOPT_MAXAGE_CONN") }
    /// The lifetime of cached addresses of a name, in seconds.
    public static var addressLifetime: EasyOption {
        EasyOption(CURLOPT_DNS_CACHE_TIMEOUT, "CURLOPT_DNS_CACHE_TIMEOUT")
    }
    /// The size of the buffer for sending a body, in bytes.
    public static var uploadBufferSize: EasyOption {
        EasyOption(CURLOPT_UPLOAD_BUFFERSIZE, "CURLOPT_UPLOAD_BUFFERSIZE")
    }
}

extension EasyOption<Bool> {
    /// Whether this is a POST, whose body the delegate sends.
    public static var post: EasyOption { EasyOption(CURLOPT_POST, "CURLOPT_POST") }
    /// Whether the delegate sends a body, in chunks.
    public static var upload: EasyOption { EasyOption(CURLOPT_UPLOAD, "CURLOPT_UPLOAD") }
    /// Whether a transfer ends when its connection, including TLS, is made; bytes are then sent and received by the caller.
    public static var connectsOnly: EasyOption { EasyOption(CURLOPT_CONNECT_ONLY, "CURLOPT_CONNECT_ONLY") }
    /// Whether libcurl avoids signals, as it must in a process with several threads.
    public static var withoutSignals: EasyOption { EasyOption(CURLOPT_NOSIGNAL, "CURLOPT_NOSIGNAL") }
    /// Whether redirections are followed.
    public static var followsRedirects: EasyOption { EasyOption(CURLOPT_FOLLOWLOCATION, "CURLOPT_FOLLOWLOCATION") }
}

extension EasyOption<HeaderList> {
    /// Header lines in addition to libcurl's own. `Name:` removes a header, `Name;` sends it with an empty value.
    public static var headers: EasyOption { EasyOption(CURLOPT_HTTPHEADER, "CURLOPT_HTTPHEADER") }
    /// Addresses of names, as `+NAME:PORT:ADDRESS,...`.
    public static var addresses: EasyOption { EasyOption(CURLOPT_RESOLVE, "CURLOPT_RESOLVE") }
}
