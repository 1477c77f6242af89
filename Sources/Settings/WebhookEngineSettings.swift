public import Driver
import Engines
import JSON
public import WebhookEngine

/// An engine behind a URL.
public struct WebhookEngineSettings: Hashable, Sendable {
    /// The URL that messages are sent to, `http://` or `https://`.
    public var url: String
    /// The file with the secret that messages are signed with, `whsec_...`; if nil, they are not signed.
    public var secretFile: String?
    /// How a message is encoded in a request.
    public var encoding = WebhookConfiguration.Encoding.json
    /// Headers of every request, by name. Values are hidden, because they may be credentials.
    public var headers: [String: Secret] = [:]
    /// The file with the certificates (PEM) that the engine's is checked against; nil uses the system's.
    public var caFile: String?

    /// How many async messages a request may have; if nil, one, as the driver sends them.
    public var batch: BatchLimits?

    /// An engine at `url`.
    public init(url: String) { self.url = url }

    static let keys = [
        "engine.url", "engine.secretFile", "engine.encoding", "engine.headers", "engine.caFile", "engine.batch",
    ]

    /// Nil if there is no usable URL; that is a fault if the engine `isUsed`.
    init?(from reader: inout SettingsReader, isUsed: Bool) {
        let url = reader.read("engine.url") { given throws(SettingsFault) in
            let text = try given.text()
            if let detail = URLRules.fault(text) { throw given.fault(detail) }
            return text
        }
        self.init(url: url ?? "")
        secretFile = reader.path("engine.secretFile")
        reader.choice("engine.encoding", &encoding)
        readHeaders(from: &reader)
        caFile = reader.path("engine.caFile")
        readBatch(from: &reader)
        if isUsed, reader.given("engine.url").isEmpty, let kind = reader.given("engine.type").first {
            reader.add(kind.fault("webhook requires engine.url too, such as http://127.0.0.1:9000/"))
        }
        if url == nil { return nil }
    }

    private mutating func readBatch(from reader: inout SettingsReader) {
        for given in reader.given("engine.batch").reversed() {
            do throws(SettingsFault) {
                batch = try given.mapping({ BatchLimits($0) }, &reader)
                if encoding != .json { throw given.fault(WebhookConfiguration.batchFault) }
            } catch {
                reader.add(error)
            }
        }
    }

    private mutating func readHeaders(from reader: inout SettingsReader) {
        let members =
            reader.readStructure("engine.headers") { given throws(SettingsFault) in try given.members() } ?? []
        var texts: [String: String] = [:]
        for (name, value) in members {
            do throws(SettingsFault) {
                texts[name] = try value.text()
            } catch {
                reader.add(error)
            }
        }
        for (name, detail) in HeaderRules.faults(of: texts) {
            if let value = members.first(where: { $0.name == name })?.value { reader.add(value.fault(detail)) }
        }
        headers = texts.mapValues { Secret($0) }
    }
}
