import FuzzFinding
import JSON
import MicroHTTPD
import MicroHTTPDTesting

/// Checks that hold for every answer.
struct AnswerCheck {
    private let response: Response
    private let request: RawRequest
    /// The promised answers; nil for a request that does not reach the API.
    private let contract: Contract?

    init(_ response: Response, to request: RawRequest, _ contract: Contract?) {
        self.response = response
        self.request = request
        self.contract = contract
    }

    func run() {
        let status = response.status
        expect(200...599 ~= status && status != 500)
        for (name, value) in response.headers {
            expect(!name.isEmpty && !value.isEmpty)
            expect(value.utf8.allSatisfy { 0x20...0x7E ~= $0 })
        }
        if let contract {
            expect(header("X-Request-Id") != nil)
            if let promised = contract.statuses(request.method, request.target) { expect(promised.contains(status)) }
        }
        expect((status == 405) == (header("Allow") != nil))
        expect((status == 201) == (header("Location") != nil))
        expect(header("X-Content-Type-Options") == "nosniff")
        guard let body = response.wholeBody else { return expect(status == 200) }
        let type = header("Content-Type")
        expect((type == nil) == (status == 204) && (type == nil) == body.isEmpty)
        expect((type == "application/problem+json") == (status >= 400))
        guard let type, type.hasSuffix("json") else { return }
        do {
            try JSONDocument.read(body) { status >= 400 ? checkProblem($0) : () }
        } catch {
            expect(false, "\(error)")
        }
    }

    /// The schema Problem of openapi.yaml.
    private func checkProblem(_ value: JSONValue) -> Void? {
        guard let object = value.object(allowing: ["type", "title", "status", "detail", "instance", "errors"]),
            let type = object.required("type", { $0.string() }), let title = object.required("title", { $0.string() }),
            let status = object.required("status", { $0.integer(in: 400...599) }),
            let detail = object.required("detail", { $0.string() }),
            let instance = object.required("instance", { $0.string(maxUTF16: .max) })
        else { return nil }
        expect(type.hasPrefix("/problems/") && !title.isEmpty && !detail.isEmpty && instance.hasPrefix("/"))
        expect(status == response.status)
        if contract != nil { expect(instance == request.target.prefix { $0 != "?" }) }
        _ = object.optional("errors") { value in
            let errors = value.array(maxCount: .max) ?? []
            expect(!errors.isEmpty)
            for error in errors { checkFault(error) }
            return ()
        }
        return ()
    }

    /// The schema ProblemError. A pointer or the name of a parameter comes from the client and may contain a NUL.
    private func checkFault(_ value: JSONValue) {
        let object = value.object(allowing: ["pointer", "parameter", "detail"])
        let place = object?["pointer"] ?? object?["parameter"]
        expect(object?["detail"]?.kind == .string && place?.kind == .string)
        expect(object?["pointer"] == nil || object?["parameter"] == nil)
    }

    private func header(_ name: String) -> String? { response.headers.first { $0.name == name }?.value }

    private func expect(
        _ holds: Bool, _ why: @autoclosure () -> String = "", file: StaticString = #fileID, line: UInt = #line
    ) {
        if holds { return }
        var text = ""
        if let bytes = response.wholeBody { text = String(decoding: bytes.prefix(2000), as: UTF8.self) }
        finding("\(request) -> \(response.status) \(response.headers) \(text) \(why())", file: file, line: line)
    }
}
