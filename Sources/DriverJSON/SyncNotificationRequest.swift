public import Driver
public import JSON
public import Messages

/// The body of a request for a synchronous notification, without a routine (SYN-1).
public struct SyncNotificationRequest: JSONObjectReadable, Sendable {
    /// The data of the message, as far as the body has it; the host adds the identities of live processes.
    fileprivate enum Data {
        case given(SyncData)
        case newThreadDifferentProcess(target: ProcessInput)
        case newThreadSameProcess(ThreadNotifySyncMessage, process: ProcessInput?)
    }

    /// The process that the notification is about.
    public let processId: UInt32
    /// Priorities of the thread that causes it.
    public let ioPriority: MpIoPriority
    fileprivate let data: Data

    /// The members of a synchronous notification.
    public static let members: [StaticString] = ["operation", "processId", "data", "ioPriority"]

    /// Reads a notification; nil after a fault.
    public init?(_ object: JSONObject) {
        let processId = object.required("processId") { $0.id() }
        ioPriority = object.optional("ioPriority") { $0.ioPriority() } ?? MpIoPriority()
        let operation = object.required("operation") { $0.operation(of: SyncOperation.self, "a synchronous") }
        guard let operation, let data = object.required("data", { Data(operation, $0) }), let processId else {
            return nil
        }
        self.processId = processId
        self.data = data
    }

    /// The complete data of the message.
    ///
    /// - Throws: `unknownProcess` if it names a process that does not exist, without the creation time.
    public func data(on driver: Driver) throws(DriverError) -> SyncData {
        switch data {
        case .given(let data): return data
        case .newThreadDifferentProcess(let target):
            return .newThreadDifferentProcess(targetProcess: try target.identity(on: driver))
        case .newThreadSameProcess(var content, let process):
            content.process = try (process ?? .live(processId)).identity(on: driver)
            return .newThreadSameProcess(content)
        }
    }
}

/// A process in the data of a notification.
private enum ProcessInput {
    /// A live process, whose creation time the host knows.
    case live(UInt32)
    /// A process with the given creation time, alive or not.
    case given(AuxPidCreationTime)

    /// Reads `{"processId", "creationTime"?}`; nil after a fault.
    init?(_ value: JSONValue) {
        guard let process = value.process() else { return nil }
        let isGiven = value.openObject()?["creationTime"] != nil
        self = isGiven ? .given(process) : .live(process.processId)
    }

    func identity(on driver: Driver) throws(DriverError) -> AuxPidCreationTime {
        switch self {
        case .given(let process): return process
        case .live(let processId):
            guard let process = driver.process(processId) else { throw .unknownProcess(processId) }
            return process.identity
        }
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
                    ? .newImageLoadPerStream(imageName: UnicodeString(name))
                    : .newImageLoadPerProcess(imageName: UnicodeString(name)))
        case .registryEventSync:
            let object = value.object(allowing: ["registryData"])
            guard let bytes = object?.required("registryData", { $0.base64(maxCount: AsyncBody.maxDataBytes) }) else {
                return nil
            }
            self = .given(.registryEventSync(registryData: bytes))
        case .newThreadDifferentProcess:
            guard let object = value.object(allowing: ["targetProcess", "targetProcessId"]) else { return nil }
            let target =
                if let former = object.former("targetProcessId", of: "targetProcess", .targetProcessId) {
                    former.id().map(ProcessInput.live)
                } else {
                    object.required("targetProcess") { ProcessInput($0) }
                }
            guard let target else { return nil }
            self = .newThreadDifferentProcess(target: target)
        case .newThreadSameProcess:
            self.init(threadNotify: value)
        case .newThreadAndCmdLine:
            guard let object = value.object(allowing: ["commandLine", "currentCommandLine"]) else { return nil }
            let captured = object.required("commandLine") { $0.string() }
            let current = object.required("currentCommandLine") { $0.string() }
            guard let captured, let current else { return nil }
            self = .given(
                .newThreadAndCmdLine(
                    commandLine: UnicodeString(captured), currentCommandLine: UnicodeString(current)))
        }
    }

    private init?(threadNotify value: JSONValue) {
        let object = value.object(
            allowing: ["createdThread", "currentThread", "process", "threadStartAddress", "startAddress"])
        guard let object else { return nil }
        let created = object.required("createdThread") { $0.thread() }
        let current = object.required("currentThread") { $0.thread() }
        let process = object.optional("process") { ProcessInput($0) }
        let start =
            object.former("startAddress", of: "threadStartAddress", .startAddress) ?? object["threadStartAddress"]
        let address = start?.address() ?? 0
        guard let created, let current else { return nil }
        self = .newThreadSameProcess(
            ThreadNotifySyncMessage(
                createdThread: created, currentThread: current, process: .none,
                threadStartAddress: address),
            process: process)
    }
}

extension JSONObject {
    /// The member `former`, whose name is deprecated in favor of `name`; nil without it. Both together are a fault.
    fileprivate func former(_ former: StaticString, of name: StaticString, _ deprecated: DeprecatedName) -> JSONValue? {
        guard let value = self[former] else { return nil }
        value.recordUse(of: deprecated)
        if self[name] != nil { value.fault("not allowed beside \"\(name)\", which replaces it") }
        return value
    }
}
