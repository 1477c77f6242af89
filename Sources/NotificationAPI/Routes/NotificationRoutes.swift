import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// The operations that send a given notification, without a routine (SYN-1, ASY-1).
enum NotificationRoutes {
    static let routes: [Route] = [
        .post("/v1/hosts/{host}/notifications/sync", "sendSyncNotification", sendSync),
        .post("/v1/hosts/{host}/notifications/async", "sendAsyncNotification", sendAsync),
    ]

    private static func sendSync(_ call: Call) throws(Problem) {
        let request: SyncNotificationRequest = try call.body()
        let host = try call.host()
        let data = try orProblem(request.data(on: host.driver))
        try orProblem(
            host.driver.sendSyncNotification(data, processId: request.processId, ioPriority: request.ioPriority) {
                record in
                call.reply.sendObject { $0.member("message") { record.writeReport(to: &$0) } }
            })
    }

    private static func sendAsync(_ call: Call) throws(Problem) {
        let request: AsyncNotificationRequest = try call.body()
        let host = try call.host()
        let record = try orProblem(
            host.driver.sendAsyncNotification(
                request.operation, request.body, processId: request.processId, highPriority: request.highPriority))
        call.reply.sendObject(202) { $0.member("message") { record.writeReport(to: &$0) } }
    }
}

/// The body of `sendAsyncNotification`.
private struct AsyncNotificationRequest: JSONObjectReadable {
    let operation: AsyncOperation
    let body: AsyncBody
    let processId: UInt32?
    let highPriority: Bool?

    static let members: [StaticString] = ["operation", "processId", "highPriority", "data"]

    init?(_ object: JSONObject) {
        processId = object.optional("processId") { $0.id() }
        highPriority = object.optional("highPriority") { $0.bool() }
        guard let operation = object.required("operation", { $0.operation(of: AsyncOperation.self, "asynchronous") }),
            let body = AsyncBody(operation, in: object)
        else { return nil }
        self.operation = operation
        self.body = body
    }
}

/// The body of `sendSyncNotification`.
private struct SyncNotificationRequest: JSONObjectReadable {
    /// The data of the message, as far as the body has them; the host adds the identities of processes.
    fileprivate enum Data {
        case given(SyncData)
        case newThreadDifferentProcess(targetProcessId: UInt32)
        case newThreadSameProcess(
            createdThread: AuxTidCreationTime, currentThread: AuxTidCreationTime, startAddress: UInt64)
    }

    let processId: UInt32
    let ioPriority: MpIoPriority
    fileprivate let data: Data

    static let members: [StaticString] = ["operation", "processId", "data", "ioPriority"]

    init?(_ object: JSONObject) {
        let processId = object.required("processId") { $0.id() }
        ioPriority = object.optional("ioPriority") { $0.ioPriority() } ?? MpIoPriority()
        let operation = object.required("operation") { $0.operation(of: SyncOperation.self, "synchronous") }
        guard let operation, let data = object.required("data", { Data(operation, $0) }), let processId else {
            return nil
        }
        self.processId = processId
        self.data = data
    }

    /// The complete data of the message.
    ///
    /// - Throws: `unknownProcess` if it names a process that does not exist.
    func data(on driver: Driver) throws(DriverError) -> SyncData {
        switch data {
        case .given(let data): return data
        case .newThreadDifferentProcess(let targetProcessId):
            return .newThreadDifferentProcess(
                targetProcess: try SyncNotificationRequest.identity(of: targetProcessId, on: driver))
        case .newThreadSameProcess(let createdThread, let currentThread, let startAddress):
            return .newThreadSameProcess(
                ThreadNotifySyncMessage(
                    createdThread: createdThread, currentThread: currentThread,
                    process: try SyncNotificationRequest.identity(of: processId, on: driver),
                    threadStartAddress: startAddress))
        }
    }

    private static func identity(of processId: UInt32, on driver: Driver) throws(DriverError) -> AuxPidCreationTime {
        guard let process = driver.process(processId) else { throw .unknownProcess(processId) }
        return process.identity
    }
}

extension SyncNotificationRequest.Data {
    fileprivate init?(_ operation: SyncOperation, _ value: JSONValue) {
        switch operation {
        case .newImageLoadPerStream, .newImageLoadPerProcess:
            guard let name = value.object(allowing: ["imageName"])?.required("imageName", { $0.name() }) else {
                return nil
            }
            self = .given(
                operation == .newImageLoadPerStream
                    ? .newImageLoadPerStream(imageName: name) : .newImageLoadPerProcess(imageName: name))
        case .registryEventSync:
            let object = value.object(allowing: ["registryData"])
            guard let bytes = object?.required("registryData", { $0.base64(maxCount: AsyncBody.maxDataBytes) }) else {
                return nil
            }
            self = .given(.registryEventSync(registryData: bytes))
        case .newThreadDifferentProcess:
            guard let target = value.object(allowing: ["targetProcessId"])?.required("targetProcessId", { $0.id() })
            else { return nil }
            self = .newThreadDifferentProcess(targetProcessId: target)
        case .newThreadSameProcess:
            guard let object = value.object(allowing: ["createdThread", "currentThread", "startAddress"]) else {
                return nil
            }
            let created = object.required("createdThread") { $0.thread() }
            let current = object.required("currentThread") { $0.thread() }
            let address = object.optional("startAddress") { $0.address() } ?? 0
            guard let created, let current else { return nil }
            self = .newThreadSameProcess(createdThread: created, currentThread: current, startAddress: address)
        case .newThreadAndCmdLine:
            guard let object = value.object(allowing: ["commandLine", "currentCommandLine"]) else { return nil }
            let captured = object.required("commandLine") { $0.string() }
            let current = object.required("currentCommandLine") { $0.string() }
            guard let captured, let current else { return nil }
            self = .given(.newThreadAndCmdLine(commandLine: captured, currentCommandLine: current))
        }
    }
}

extension JSONValue {
    /// A type of operation, by name or number. For any other the driver returns STATUS_INVALID_PARAMETER.
    fileprivate func operation<Operation: MessageOperation>(of type: Operation.Type, _ kind: String) -> Operation? {
        let found: Operation?
        switch self.kind {
        case .string:
            guard let name = string(maxUTF16: .max) else { return nil }
            found = Operation(name: name)
        case .integer, .number:
            found = integer(as: Int32.self).flatMap { Operation(rawValue: $0) }
        default:
            fault("expected the name or number of an operation")
            return nil
        }
        if found == nil { fault("STATUS_INVALID_PARAMETER: unknown \(kind) operation") }
        return found
    }
}
