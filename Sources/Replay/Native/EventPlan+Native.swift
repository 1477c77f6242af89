import Driver
import DriverJSON
import JSON
import Messages

/// A native line is one event: an object with `type` and the members of the request that the event corresponds to.
///
/// | type            | members                                                                                 |
/// |-----------------|-----------------------------------------------------------------------------------------|
/// | `processCreate` | those of `POST /processes`                                                              |
/// | `processExit`   | `processId`                                                                             |
/// | `threadCreate`  | `processId` (the target), and those of `POST /processes/{pid}/threads`                  |
/// | `threadExit`    | `processId`, `threadId`                                                                 |
/// | `imageLoad`     | `processId` (0 for a kernel image), and those of `POST /processes/{pid}/images`         |
/// | `driverLoad`    | those of `POST /drivers`                                                                |
/// | `setRules`      | `processId`; `rules` to replace the word, or `set` and `clear`, at least one of them    |
/// | `streamContext` | `fileName`, `rules` (none)                                                              |
extension EventPlan {
    /// Reads a native line. A kernel image is one with SystemModeImage unless the line says otherwise.
    init(native bytes: UnsafeRawBufferPointer) throws(LineFault) {
        do throws(JSONFaults) {
            let (type, call) = try JSONDocument.read(bytes, maxFaults: 5) { value -> (EventType, DriverCall)? in
                guard let type = value.openObject()?.required("type", { $0.choice(of: EventType.self) }),
                    let object = value.object(allowing: type.members), let call = DriverCall(type, object)
                else { return nil }
                return (type, call)
            }
            self.init(line: 0, type: type, time: nil, calls: [call])
        } catch {
            throw .json(error)
        }
    }
}

extension EventType {
    private static let creationMembers: [StaticString] = ["type"] + ProcessCreation.members
    private static let threadMembers: [StaticString] = ["type", "processId"] + ThreadCreation.members
    private static let loadMembers: [StaticString] = ["type", "processId"] + ImageLoad.members
    private static let driverMembers: [StaticString] = ["type"] + DriverLoad.members
    private static let streamContextMembers: [StaticString] = ["type"] + StreamContextCreation.members

    /// The members of a line.
    fileprivate var members: [StaticString] {
        switch self {
        case .processCreate: Self.creationMembers
        case .processExit: ["type", "processId"]
        case .threadCreate: Self.threadMembers
        case .threadExit: ["type", "processId", "threadId"]
        case .imageLoad: Self.loadMembers
        case .driverLoad: Self.driverMembers
        case .setRules: ["type", "processId", "rules", "set", "clear"]
        case .streamContext: Self.streamContextMembers
        }
    }
}

extension DriverCall {
    /// Reads the members of a line; nil after a fault.
    fileprivate init?(_ type: EventType, _ object: JSONObject) {
        switch type {
        case .processCreate:
            guard let creation = ProcessCreation(object) else { return nil }
            self = .create(creation)
        case .processExit:
            guard let processId = object.required("processId", { $0.id() }) else { return nil }
            self = .exit(processId)
        case .threadCreate:
            let processId = object.required("processId") { $0.id() }
            var creation = ThreadCreation(object)
            guard let processId else { return nil }
            creation.processId = processId
            self = .createThread(creation)
        case .threadExit:
            let processId = object.required("processId") { $0.id() }
            let threadId = object.required("threadId") { $0.id() }
            guard let processId, let threadId else { return nil }
            self = .deleteThread(threadId, of: processId)
        case .imageLoad:
            let processId = object.required("processId") { $0.id() }
            guard var load = ImageLoad(object), let processId else { return nil }
            load.processId = processId
            if processId == 0, object["systemModeImage"] == nil { load.systemModeImage = true }
            self = .loadImage(load)
        case .driverLoad:
            guard let load = DriverLoad(object) else { return nil }
            self = .loadImage(load.imageLoad)
        case .setRules:
            let processId = object.required("processId") { $0.id() }
            guard let change = WordChange<ProcessRules>(ofLine: object), let processId else { return nil }
            self = .changeRules(of: processId, change)
        case .streamContext:
            guard let creation = StreamContextCreation(object) else { return nil }
            self = .createStreamContext(fileName: creation.fileName, rules: creation.rules)
        }
    }
}

extension WordChange<ProcessRules> {
    /// Reads either `rules` or at least one of `set` and `clear`; nil after a fault.
    fileprivate init?(ofLine object: JSONObject) {
        let modifies = object["set"] != nil || object["clear"] != nil
        if modifies, let rules = object["rules"] {
            rules.fault("not allowed beside \"set\" and \"clear\"")
            return nil
        }
        if modifies {
            self = WordModification(object).change
        } else {
            guard let replacement = WordReplacement<ProcessRules>(object) else { return nil }
            self = replacement.change
        }
    }
}
