import Bytes
import Console
import Curl
import DriverJSON
import JSON
import Scenarios

/// The API of one host of a service.
struct HostAPI: Sendable {
    /// Why a call has no outcome.
    enum Stop: Error {
        case failure(CallFailure)
        /// The time of the case is over.
        case timeOver

        init(_ fault: HostFault) { self = .failure(.failed(fault)) }
    }

    let connections: ServiceConnections
    /// The path of the host.
    private let path: String

    /// How long reading state may take.
    private static let readTimeout = Duration.seconds(30)

    init(_ connections: ServiceConnections, host: String) {
        self.connections = connections
        path = "/v1/hosts/" + host.percentEncoded
    }

    // MARK: - The host

    /// Creates the host.
    func create(_ body: [UInt8]) throws(HostFault) {
        let answer = try send("PUT", "", .json(body), timeout: Self.readTimeout)
        guard answer.status == 201 else { throw fault("PUT", "", answer.problem) }
    }

    /// Deletes the host, if the service still has it; false if the service does not answer.
    func delete() -> Bool {
        var request = ServiceRequest("DELETE", path)
        request.timeout = .seconds(5)
        return (try? connections.send(request, evenIfInterrupted: true)) != nil
    }

    // MARK: - State

    /// Reads the object at `path`.
    func get<Value>(_ path: String, _ read: (JSONObject) -> Value?) throws(HostFault) -> Value {
        try value(of: try send("GET", path, timeout: Self.readTimeout), at: path, read)
    }

    /// Reads the object at `path`; nil if the answer is the problem `missing`.
    func find<Value>(
        _ path: String, missing: DriverProblem, _ read: (JSONObject) -> Value?
    ) throws(HostFault) -> Value? {
        let answer = try send("GET", path, timeout: Self.readTimeout)
        return answer.problemName == missing.rawValue ? nil : try value(of: answer, at: path, read)
    }

    private func value<Value>(
        of answer: ServiceClient.Answer, at path: String, _ read: (JSONObject) -> Value?
    ) throws(HostFault) -> Value {
        guard answer.status == 200 else { throw fault("GET", path, answer.problem) }
        return try self.read(answer, of: "GET", path, read)
    }

    /// Reads all pages of the list at `path`; it ends where the answer is the problem `missing`.
    func list<Value>(
        _ path: String, missing: DriverProblem? = nil, _ read: (JSONObject) -> Value?
    ) throws(HostFault) -> [Value] {
        var items: [Value] = []
        var cursor = ""
        while true {
            let target = path + "?limit=1000" + cursor
            let answer = try send("GET", target, timeout: Self.readTimeout)
            if let missing, answer.problemName == missing.rawValue { return items }
            let page = try value(of: answer, at: target) { Page($0, read) }
            items += page.items
            guard let next = page.next else { return items }
            cursor = "&cursor=" + next.percentEncoded
        }
    }

    /// A page of a list.
    struct Page<Value> {
        let items: [Value]
        let next: String?
        /// Of the journal: the newest sequence.
        let newest: UInt64

        init?(_ object: JSONObject, _ read: (JSONObject) -> Value?) {
            guard let elements = object.required("items", { $0.array(maxCount: .max) }) else { return nil }
            let items = elements.map { $0.openObject().flatMap(read) }
            if items.contains(where: { $0 == nil }) { return nil }
            self.items = items.compactMap(\.self)
            next = object.optional("next") { $0.string() }
            newest = object.optional("newest") { $0.unsigned(in: 0...UInt64.max) } ?? 0
        }
    }

    // MARK: - Calls

    /// Makes a request for a step, and reads the object that it answers.
    func call<Value>(
        _ method: String, _ path: String, _ body: ServiceClient.Body = .none, id: String, timeout: Duration,
        _ read: (JSONObject) -> Value?
    ) throws(Stop) -> Value {
        let answer = try call(method, path, body, id: id, timeout: timeout)
        do throws(HostFault) { return try self.read(answer, of: method, path, read) } catch { throw Stop(error) }
    }

    /// Makes a request for a step.
    @discardableResult
    func call(
        _ method: String, _ path: String, _ body: ServiceClient.Body = .none, id: String, timeout: Duration
    ) throws(Stop) -> ServiceClient.Answer {
        var request = ServiceRequest(method, self.path + path, body)
        request.id = id
        request.timeout = timeout
        let answer: ServiceClient.Answer
        do throws(ServiceFault) { answer = try connections.send(request) } catch {
            throw error.kind == .timedOut ? .timeOver : Stop(HostFault(error.detail))
        }
        if (200..<300).contains(answer.status) { return answer }
        if let problem = answer.problemName.flatMap(DriverProblem.init) {
            throw .failure(.refused(Refusal(problem: problem.rawValue, detail: answer.problemDetail ?? "")))
        }
        throw Stop(fault(method, path, answer.problem))
    }

    private func send(
        _ method: String, _ path: String, _ body: ServiceClient.Body = .none, timeout: Duration
    ) throws(HostFault) -> ServiceClient.Answer {
        var request = ServiceRequest(method, self.path + path, body)
        request.timeout = timeout
        do throws(ServiceFault) { return try connections.send(request) } catch { throw HostFault(error.detail) }
    }

    private func read<Value>(
        _ answer: ServiceClient.Answer, of method: String, _ path: String, _ read: (JSONObject) -> Value?
    ) throws(HostFault) -> Value {
        do throws(JSONFaults) {
            return try JSONDocument.read(answer.body, maxFaults: 1) { $0.openObject().flatMap(read) }
        } catch {
            throw fault(method, path, "the answer cannot be read: \(error)")
        }
    }

    private func fault(_ method: String, _ path: String, _ detail: String) -> HostFault {
        HostFault("\(connections.name): \(method) \(self.path + path): \(detail)")
    }
}
