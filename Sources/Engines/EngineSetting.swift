import Bytes
import Driver
import DriverJSON
public import JSON
public import Runtime
public import WebhookEngine

/// The engine of a host, as configured.
public enum EngineSetting: Hashable, Sendable {
    /// The engine within this process.
    case embedded(EmbeddedEngine.Behavior)
    /// An engine behind a URL.
    case webhook(WebhookConfiguration)
    /// No engine is connected.
    case none
}

extension EngineSetting: JSONReadable {
    private enum Kind: String, CaseIterable {
        case embedded, webhook, none
    }

    private static let embeddedMembers: [StaticString] = ["type", "reply", "delayMs", "failEvery", "replies"]
    private static let webhookMembers: [StaticString] = [
        "type", "url", "secret", "encoding", "headers", "caFile", "batch",
    ]

    /// Reads the setting; nil after reporting a fault.
    public init?(_ value: JSONValue) {
        guard let kind = value.openObject()?.requiredChoice("type", of: Kind.self) else { return nil }
        switch kind {
        case .embedded:
            guard let object = value.object(allowing: EngineSetting.embeddedMembers) else { return nil }
            self = .embedded(EmbeddedEngine.Behavior(object))
        case .webhook:
            guard let object = value.object(allowing: EngineSetting.webhookMembers),
                let configuration = WebhookConfiguration(object)
            else { return nil }
            self = .webhook(configuration)
        case .none:
            guard value.object(allowing: ["type"]) != nil else { return nil }
            self = .none
        }
    }

    /// Reads the embedded engine, which need not say its type; nil after reporting a fault.
    public init?(embedded value: JSONValue) {
        guard let object = value.object(allowing: EngineSetting.embeddedMembers) else { return nil }
        self = .embedded(EmbeddedEngine.Behavior(object))
    }

    /// Writes the members, but never the secret. Only the name of a header is shown, because its value may be a secret.
    /// The path and query of the URL may contain one too, and are shown only if `showsURL` is true.
    public func writeMembers(to json: inout JSONWriter, showsURL: Bool) {
        switch self {
        case .embedded(let behavior):
            json.member("type", Kind.embedded.rawValue)
            json.member("reply", behavior.reply.rawValue)
            json.member("delayMs", behavior.delay.milliseconds)
            json.member("failEvery", behavior.failEvery)
            json.member("replies", each: behavior.replies) { json, entry in entry.write(to: &json) }
        case .webhook(let configuration):
            json.member("type", Kind.webhook.rawValue)
            json.member("url", showsURL ? configuration.url : URLRules.redacted(configuration.url))
            json.member("encoding", configuration.encoding.rawValue)
            json.member("headers") { json in
                json.object { json in
                    for name in configuration.headers.keys.sorted() { json.member(key: name, "<redacted>") }
                }
            }
            if let caFile = configuration.caFile { json.member("caFile", caFile.path) }
            configuration.batch?.writeMember(to: &json)
        case .none: json.member("type", Kind.none.rawValue)
        }
    }
}

extension EmbeddedEngine.Behavior {
    fileprivate init(_ object: JSONObject) {
        self.init(
            reply: object.optional("reply") { $0.choice(of: EmbeddedEngine.Reply.self) } ?? .acknowledge,
            delay: .milliseconds(object.optional("delayMs") { $0.milliseconds(in: ReplyEntry.delayMilliseconds) } ?? 0),
            failEvery: object.optional("failEvery") { $0.unsigned(in: ReplyEntry.failEveryValues) } ?? 0)
        replies = object.optional("replies") { ReplyEntry.list($0) } ?? []
    }
}

extension WebhookConfiguration {
    fileprivate init?(_ object: JSONObject) {
        let url = object.required("url") { value in
            value.string(maxUTF16: URLRules.maxLength).flatMap { text in
                guard let detail = URLRules.fault(text) else { return text }
                value.fault(detail)
                return nil
            }
        }
        let secret = object.optional("secret") { value -> WebhookSecret? in
            guard let text = value.string() else { return nil }
            do throws(WebhookEngineError) {
                return try WebhookSecret(text)
            } catch {
                value.fault(error.detail)
                return nil
            }
        }
        let headers = object.optional("headers") { WebhookConfiguration.headers($0) } ?? [:]
        let caFile = object.optional("caFile") { WebhookConfiguration.caFile($0) }
        let encoding = object.optional("encoding") { $0.choice(of: Encoding.self) } ?? .json
        let batch = object.optional("batch") { value -> BatchLimits? in
            if encoding == .json { return BatchLimits(value) }
            value.fault(WebhookConfiguration.batchFault)
            return nil
        }
        guard let url else { return nil }
        do throws(WebhookEngineError) {
            try self.init(
                url: url, secret: secret, headers: headers, caFile: caFile, encoding: encoding, batch: batch)
        } catch {
            object.value.fault(error.description)
            return nil
        }
    }

    private static func headers(_ value: JSONValue) -> [String: String]? {
        guard let object = value.dictionary(maxCount: HeaderRules.maxCount, maxUTF16: HeaderRules.maxNameLength)
        else { return nil }
        var headers: [String: String] = [:]
        var seen: Set<String> = []
        for (name, value) in object {
            guard let text = value.string(maxUTF16: HeaderRules.maxValueLength) else { continue }
            if let detail = HeaderRules.fault(name: name, value: text) {
                value.fault(detail)
            } else if !seen.insert(name.asciiLowercased).inserted {
                value.fault("the header occurs twice")
            } else {
                headers[name] = text
            }
        }
        return headers
    }

    private static func caFile(_ value: JSONValue) -> CertificateFile? {
        guard let path = value.string() else { return nil }
        do throws(WebhookEngineError) {
            return try CertificateFile(path: path)
        } catch {
            value.fault(error.detail)
            return nil
        }
    }
}
