import Bytes
import JSON
import MicroHTTPD

/// The operations on the service itself: health, metrics, documents.
enum ServiceRoutes {
    static let routes: [Route] = [
        .get("/livez", "getLiveness", produces: [.text]) { call in
            call.reply.send(.text, Array("ok\n".utf8))
        },
        .get("/readyz", "getReadiness", produces: [.text], ready),
        .get("/healthz", "getHealth", produces: [.text], ready),
        .get("/metrics", "getMetrics", produces: [.prometheus]) { call in
            call.api.metricsReader.read { reading in
                call.reply.send(.prometheus, stream: MetricsStream(MetricsText(reading, of: call.api)))
            }
        },
        .get("/openapi.yaml", "getOpenApiYaml", produces: [.yaml, .text]) { call in
            call.reply.send(call.context.representation == .text ? .text : .yaml, constant: OpenAPIDocument.yaml)
        },
        .get("/openapi.json", "getOpenApiJson", produces: [.json]) { call in
            call.reply.send(.json, constant: OpenAPIDocument.json)
        },
        .get("/scenario.schema.json", "getScenarioSchema", produces: [.json]) { call in
            call.reply.send(.json, call.api.scenarioSchema())
        },
        .get("/problems", "listProblemTypes", produces: [.json, .html]) { call in
            if call.context.representation == .html { return call.reply.send(.html, constant: ProblemPage.list) }
            call.reply.send(.json, constant: ProblemType.list)
        },
        .get("/problems/{name}", "getProblemType", produces: [.json, .html], problemType),
        .get("/v1/version", "getVersion", version),
        .get("/v1/self", "getSelf", client),
        .get("/v1/vocabulary", "getVocabulary", vocabulary),
        .get("/v1/vocabulary/{name}", "getVocabularyEntries", vocabularyEntries),
    ]

    private static func ready(_ call: Call) throws(Problem) {
        if call.api.isLeaving { throw Problem(.stopping, "The service is stopping.") }
        call.reply.send(.text, Array("ready\n".utf8))
    }

    private static func problemType(_ call: Call) throws(Problem) {
        let name = call.context.pathParameters[0]
        guard let type = ProblemType(rawValue: name) else {
            let nearest = ProblemType.allCases.map(\.rawValue).nearest(to: name)
            throw Problem(
                .notFound,
                "Unknown problem type \(name.quoted())"
                    + (nearest.map { "; did you mean /problems/\($0)?" } ?? ". GET /problems lists all types."))
        }
        if call.context.representation == .html {
            return call.reply.send(.html, Array(ProblemPage.page(of: type).utf8))
        }
        call.reply.send { type.write(to: &$0) }
    }

    private static func version(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let about = call.api.about
        call.reply.sendObject { json in
            json.member("name", "wdfilterd" as StaticString)
            json.member("version", about.version)
            if let instance = about.instance { json.member("instance", instance) }
            json.member("swift", about.swift)
            json.member("libraries") { json in
                json.object { json in
                    for (name, version) in about.libraries() { json.member(key: name, version) }
                }
            }
        }
    }

    private static func client(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let context = call.context
        call.reply.sendObject { json in
            json.member("authentication", context.client == nil ? "none" : "token" as StaticString)
            if let client = context.client { json.member("name", client.name) }
            json.member("role", context.role.rawValue)
        }
    }

    private static func vocabulary(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        call.reply.send(.json, constant: wholeVocabulary)
    }

    /// Written on the first request and shared by all.
    private static let wholeVocabulary = ConstantBytes(copying: VocabularyEntries.all.json)

    private static func vocabularyEntries(_ call: Call) throws(Problem) {
        try call.expectNoParameters()
        let name = call.context.pathParameters[0]
        guard let entries = VocabularyEntries.named(name) else {
            throw Problem(.notFound, VocabularyEntries.fault(ofName: name))
        }
        call.reply.send { entries.write(to: &$0) }
    }
}

extension ProblemType {
    /// The answer to `GET /problems`.
    fileprivate static let list: ConstantBytes = {
        var json = JSONWriter(reserving: 16_384)
        json.singlePage(sorted) { $1.write(to: &$0) }
        json.newline()
        return ConstantBytes(copying: json.bytes)
    }()

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", rawValue)
            json.member("type", path)
            json.member("title", title)
            json.member("status", status)
            json.member("description", explanation)
        }
    }
}
