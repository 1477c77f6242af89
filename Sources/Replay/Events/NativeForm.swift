import Driver
import DriverJSON
import JSON
import Messages

/// How native lines write an event: the members beside `type`, and the call that they describe.
struct NativeForm: Sendable {
    /// The members of a line, `type` first.
    let members: [StaticString]
    /// How the members of this event differ from those of the request: a sentence for the glossary.
    let note: String?
    /// Reads the members of a line; nil after a fault.
    let read: @Sendable (JSONObject) -> DriverCall?

    private init(
        _ members: [StaticString], note: String? = nil, _ read: @escaping @Sendable (JSONObject) -> DriverCall?
    ) {
        self.members = ["type"] + members
        self.note = note
        self.read = read
    }

    /// The members of `Request`, the body of the equivalent request.
    init<Request: JSONObjectReadable>(
        _ request: Request.Type, note: String? = nil, _ call: @escaping @Sendable (Request) -> DriverCall
    ) {
        self.init(Request.members, note: note) { Request($0).map(call) }
    }

    /// `processId`, which the equivalent request has in its path, and the members of `Request`, its body.
    init<Request: JSONObjectReadable>(
        of request: Request.Type, note: String? = nil, _ call: @escaping @Sendable (UInt32, Request) -> DriverCall
    ) {
        self.init(["processId"] + Request.members, note: note) { object in
            let processId = object.required("processId") { $0.id() }
            guard let request = Request(object), let processId else { return nil }
            return call(processId, request)
        }
    }

    /// An id, which the equivalent request has in its path.
    init(ids name: StaticString, _ call: @escaping @Sendable (UInt32) -> DriverCall) {
        self.init([name]) { object in object.required(name) { $0.id() }.map(call) }
    }

    /// Two ids, which the equivalent request has in its path.
    init(
        ids first: StaticString, _ second: StaticString, _ call: @escaping @Sendable (UInt32, UInt32) -> DriverCall
    ) {
        self.init([first, second]) { object in
            let ids = (object.required(first) { $0.id() }, object.required(second) { $0.id() })
            guard let first = ids.0, let second = ids.1 else { return nil }
            return call(first, second)
        }
    }
}

/// The members of an `imageLoad`, in which process 0 loads a kernel image unless the line states the opposite.
struct NativeImageLoad: JSONObjectReadable {
    private let load: ImageLoad
    private let statesMode: Bool

    static let members = ImageLoad.members

    init?(_ object: JSONObject) {
        guard let load = ImageLoad(object) else { return nil }
        self.load = load
        statesMode = object["systemModeImage"] != nil
    }

    func load(by processId: UInt32) -> ImageLoad {
        var load = load
        load.processId = processId
        if processId == 0, !statesMode { load.systemModeImage = true }
        return load
    }
}

/// The members of a `notification`: its `kind`, and those of the request for that kind.
struct NativeNotification: JSONObjectReadable {
    let call: DriverCall

    private enum Kind: String, CaseIterable {
        case sync, async
    }

    static let members: [StaticString] = ["kind", "operation", "processId", "data", "ioPriority", "highPriority"]

    init?(_ object: JSONObject) {
        switch object.requiredChoice("kind", of: Kind.self) {
        case .sync:
            object["highPriority"]?.fault("requires the kind async")
            guard let request = SyncNotificationRequest(object) else { return nil }
            call = .sendSync(request)
        case .async:
            object["ioPriority"]?.fault("requires the kind sync")
            guard let request = AsyncNotificationRequest(object) else { return nil }
            call = .sendAsync(request)
        case nil: return nil
        }
    }
}

/// The members of a `setRules`: `rules` to replace the word, or at least one of `set` and `clear`.
struct NativeRuleChange: JSONObjectReadable {
    let change: WordChange<ProcessRules>

    static let members: [StaticString] = ["rules", "set", "clear"]

    init?(_ object: JSONObject) {
        let modifies = object["set"] != nil || object["clear"] != nil
        if modifies, let rules = object["rules"] {
            rules.fault("not allowed beside \"set\" and \"clear\"")
            return nil
        }
        if modifies {
            change = WordModification(object).change
        } else {
            guard let replacement = WordReplacement<ProcessRules>(object) else { return nil }
            change = replacement.change
        }
    }
}
