import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

extension CaseReader {
    /// A raw notification. Its body is read here with identities made up, so that its faults are known before the run.
    func notify(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: ["sync", "async", "process", "highPriority", "data"]) else {
            return nil
        }
        let process = object.optional("process") { self.process($0) }
        let (key, isSync): (StaticString, Bool) = object["sync"] != nil ? ("sync", true) : ("async", false)
        guard let operation = object[key] else {
            value.fault("needs sync or async: an operation")
            return nil
        }
        if isSync, object["async"] != nil { operation.fault("not allowed beside async") }
        if isSync, object["process"] == nil { object.faultMissing("process") }
        if isSync { object["highPriority"]?.fault("not allowed for a sync notification") }
        guard let type = self.operation(operation, isSync) else { return nil }
        var members: [JSONTree.Member] = [.init("operation", .string(type.name))]
        if let priority = object["highPriority"] { members.append(.init("highPriority", JSONTree(priority))) }
        if let data = object["data"] { members.append(.init("data", self.data(data, of: type))) }
        let body = JSONTree.object(members)
        guard isReadable(body, isSync, in: value) else { return nil }
        return .notify(Action.Notify(isSync: isSync, process: process, body: body))
    }

    private func operation(_ value: JSONValue, _ isSync: Bool) -> EngineMessage.Operation? {
        isSync
            ? value.operation(of: SyncOperation.self, "a synchronous").map { .sync($0) }
            : value.operation(of: AsyncOperation.self, "an asynchronous").map { .async($0) }
    }

    /// The data of a notification, in which a name or an id stands for a process or a thread.
    private func data(_ value: JSONValue, of operation: EngineMessage.Operation) -> JSONTree {
        guard case .object(let members) = JSONTree(value), let object = value.openObject() else {
            return JSONTree(value)
        }
        let fields = MessageField.data(of: operation)
        let identities = Dictionary(
            object.compactMap { name, value -> (String, JSONTree)? in
                switch fields.first(where: { $0.name == name })?.type {
                case .process: identity(value, .process, "processId").map { (name, $0) }
                case .thread: identity(value, .thread, "threadId").map { (name, $0) }
                default: nil
                }
            }, uniquingKeysWith: { first, _ in first })
        return .object(members.map { .init($0.name, identities[$0.name] ?? $0.value) })
    }

    private func identity(_ value: JSONValue, _ kind: NameScope.Kind, _ member: String) -> JSONTree? {
        guard value.kind == .string || value.kind == .integer else { return nil }
        switch processOrThread(value, kind) {
        case .named(let name): return .object([.init(Action.Notify.nameMember, .string(name))])
        case .id(let id): return .object([.init(member, .integer(id))])
        case nil: return nil
        }
    }

    /// Whether the readers of the API accept the body, once its names are identities.
    private func isReadable(_ body: JSONTree, _ isSync: Bool, in value: JSONValue) -> Bool {
        let tried = JSONTree.object((body.members + [.init("processId", .integer(4))]).map { $0.identified })
        do throws(JSONFaults) {
            _ = try JSONDocument.read(tried.bytes, words: .yaml) { value -> Bool? in
                isSync
                    ? SyncNotificationRequest(value).map { _ in true }
                    : AsyncNotificationRequest(value).map { _ in true }
            }
            return true
        } catch {
            for fault in error.faults { value.fault(fault.detail, at: fault.pointer) }
            return false
        }
    }
}

extension JSONTree {
    /// The members of an object; none for anything else.
    fileprivate var members: [Member] { if case .object(let members) = self { members } else { [] } }
}

extension JSONTree.Member {
    /// The member with an identity for each name.
    fileprivate var identified: JSONTree.Member {
        guard case .object(let members) = value else { return self }
        guard members.count == 1, members[0].name == Action.Notify.nameMember else {
            return .init(name, .object(members.map(\.identified)))
        }
        let member = name.hasSuffix("Thread") ? "threadId" : "processId"
        return .init(name, .object([.init(member, .integer(4))]))
    }
}

extension JSONValue {
    /// Records a fault at the value to which `pointer` leads from here, or at the last one on the way.
    func fault(_ detail: String, at pointer: String) {
        var value = self
        var missing: [Substring] = []
        for part in pointer.split(separator: "/") {
            guard missing.isEmpty, let child = value.child(part) else {
                missing.append(part)
                continue
            }
            value = child
        }
        value.fault((missing.isEmpty ? "" : missing.joined(separator: ".") + ": ") + detail)
    }

    private func child(_ name: Substring) -> JSONValue? {
        switch kind {
        case .object: openObject()?.first { $0.name == name }?.value
        case .array: Int(name).flatMap { index in array(maxCount: .max)?.dropFirst(index).first }
        default: nil
        }
    }
}
