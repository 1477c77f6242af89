import Bytes
import Driver
import DriverJSON
import JSON
import Locking
import Messages
import Scenarios

/// The hosts of one case on a service.
final class ServerTestBed: TestBed {
    let time: any CaseTime = RealCaseTime(interval: .milliseconds(10))
    private let connections: ServiceConnections
    /// The beginning of the names of the hosts, which no other case has.
    private let prefix: String
    private let end: Monotonic
    private let hosts = Locked<[HostAPI]>([])

    /// Hosts for a case that may take `timeout`.
    init(_ connections: ServiceConnections, timeout: Duration) {
        self.connections = connections
        prefix = HostPrefix.random()
        end = Monotonic.now() + timeout
    }

    func makeHost(_ plan: HostPlan, startingAt start: FileTime) throws(HostFault) -> any ScenarioHost {
        let api = HostAPI(connections, host: prefix + plan.name)
        hosts.withLock { $0.append(api) }
        try api.create(plan.creation)
        return ServerHost(name: plan.name, api, end: end)
    }

    func removeHosts() {
        let all = hosts.withLock { hosts in
            defer { hosts = [] }
            return hosts
        }
        // Without an answer to the first there will be none to the others.
        for host in all where !host.delete() { return }
    }

    func another() -> (any TestBed)? { nil }
}

extension HostPlan {
    /// The body of the request that creates the host: all settings, whatever the defaults of the service are.
    fileprivate var creation: [UInt8] {
        var config = DriverConfig()
        self.config?.value.apply(to: &config)
        var json = JSONWriter()
        json.object { json in
            json.member("config") { config.write(to: &$0) }
            json.member("engine") { $0.value(engine?.json ?? .object([.init("type", .string("embedded"))])) }
            json.member("rulePolicies") { $0.value(rulePolicies?.json ?? .object([.init("items", .array([]))])) }
            json.member("clock") { $0.value(.object([.init("mode", .string("system"))])) }
        }
        return json.bytes
    }
}
