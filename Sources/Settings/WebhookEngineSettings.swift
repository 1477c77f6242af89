/// An engine behind a URL.
public struct WebhookEngineSettings: Hashable, Sendable {
    /// How a message is written into a request.
    public enum Encoding: String, CaseIterable, Sendable {
        /// As a structured CloudEvent.
        case json
        /// As the driver's own bytes.
        case binary
    }

    /// Where messages are sent, `http://` or `https://`.
    public var url: String
    /// The file that holds the secret messages are signed with, `whsec_...`; nil: they are not signed.
    public var secretFile: String?
    /// How a message is written into a request.
    public var encoding = Encoding.json
    /// Headers of every request, by name. Values are not shown: they may be credentials.
    public var headers: [String: Secret] = [:]
    /// The file of certificates (PEM) that the engine's is checked against; nil: the system's.
    public var caFile: String?

    /// An engine at `url`.
    public init(url: String) { self.url = url }

    static let keys = ["engine.url", "engine.secretFile", "engine.encoding", "engine.headers", "engine.caFile"]

    /// Nil when there is no usable URL; that is a fault if the engine `isUsed`.
    init?(from reader: inout SettingsReader, isUsed: Bool) {
        let url = reader.read("engine.url") { given throws(SettingsFault) in
            let text = try given.text()
            guard Self.isHTTP(text) else {
                throw given.fault("\(given.quoted(text)) is not an http:// or https:// URL without user and fragment")
            }
            return text
        }
        self.init(url: url ?? "")
        secretFile = reader.read("engine.secretFile") { given throws(SettingsFault) in try given.text() }
        reader.choice("engine.encoding", &encoding)
        readHeaders(from: &reader)
        caFile = reader.read("engine.caFile") { given throws(SettingsFault) in try given.text() }
        if isUsed, reader.given("engine.url").isEmpty, let kind = reader.given("engine.type").first {
            reader.add(kind.fault("webhook needs engine.url"))
        }
        if url == nil { return nil }
    }

    /// Whether `text` has the shape of an HTTP URL: printable ASCII, a host, a port if any of 1...65535.
    static func isHTTP(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { return false }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@"), !authority.contains("\\") else { return false }
        guard !authority.hasSuffix("]"), let colon = authority.lastIndex(of: ":") else { return !authority.isEmpty }
        let port = authority[authority.index(after: colon)...]
        return colon > authority.startIndex && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && (UInt16(port) ?? 0) > 0
    }

    private mutating func readHeaders(from reader: inout SettingsReader) {
        let members = reader.read("engine.headers") { given throws(SettingsFault) in try given.members() } ?? []
        for (name, value) in members {
            do throws(SettingsFault) {
                headers[name] = Secret(try Self.header(name, value))
            } catch {
                reader.add(error)
            }
        }
    }

    private static func header(_ name: String, _ value: SettingsValue) throws(SettingsFault) -> String {
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else { throw value.fault("is no name of a header") }
        let text = try value.text()
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw value.fault("has control characters") }
        return text
    }

    /// RFC 9110, 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
