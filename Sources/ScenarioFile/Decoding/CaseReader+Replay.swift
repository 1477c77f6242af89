import Bytes
import DriverJSON
import JSON
import Scenarios

extension CaseReader {
    private static let replayMembers: [StaticString] = [
        "file", "format", "machine", "pace", "order", "initialThreads", "onFull", "rejected",
    ]

    func replay(_ value: JSONValue) -> Action? {
        guard let object = value.object(allowing: Self.replayMembers) else { return nil }
        let file = object.required("file") { value -> (String, String)? in
            guard let name = value.string() else { return nil }
            return path(name, value).map { (name, $0) }
        }
        let format = object.optional("format") { $0.choice(of: ReplayPlan.Format.self) }
        let order = object.optional("order") { $0.choice(of: ReplayPlan.Order.self) }
        let machines = object.optional("machine") { self.machines($0) }
        let pace = object.optional("pace") { self.pace($0) }
        let threads = object.optional("initialThreads") { $0.bool() }
        let onFull = object.optional("onFull") { $0.choice(of: ["drop", "wait"]) }
        let rejected = object.optional("rejected") { $0.int(in: ReplayPlan.rejectedCounts) }
        guard let file else { return nil }
        var plan = ReplayPlan(file: file.0, path: file.1)
        plan.format = format ?? .auto
        plan.order = order ?? .auto
        plan.machines = machines ?? .first
        plan.pace = pace ?? .asap
        plan.initialThreads = threads ?? false
        plan.waitsWhenFull = onFull == "wait"
        plan.rejected = rejected ?? 0
        return .replay(plan)
    }

    private func machines(_ value: JSONValue) -> ReplayPlan.Machines? {
        if value.kind != .object { return value.string().map { $0 == "*" ? .all : .named($0) } }
        guard let members = value.dictionary(maxCount: 100) else { return nil }
        var map: [String: String] = [:]
        for (name, host) in members {
            let name = name.lowercased()
            if map[name] != nil { host.fault("the machine \(name.quoted()) stands here twice: case does not matter") }
            map[name] = reference(host, .host)
        }
        return .mapped(map)
    }

    private func pace(_ value: JSONValue) -> ReplayPlan.Pace? {
        guard let text = value.string(maxUTF16: 32) else { return nil }
        switch text {
        case "asap": return .asap
        case "recorded": return .recorded(speed: 1)
        default:
            if text.hasPrefix("x"), let speed = Double(text.dropFirst()), speed >= 0.01, speed <= 100_000 {
                return .recorded(speed: speed)
            }
            value.fault("must be asap, recorded or xN with N from 0.01 to 100000, not \(value.quoted)")
            return nil
        }
    }
}
