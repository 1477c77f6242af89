import Driver
import DriverJSON
import JSON
import Messages
import MicroHTTPD

/// Processes and their command lines (PRC, DATA).
enum ProcessRoutes {
    static let routes: [Route] = [
        .get("/v1/hosts/{host}/processes", "listProcesses", list),
        .post("/v1/hosts/{host}/processes", "createProcess", create),
        .get("/v1/hosts/{host}/processes/{pid}", "getProcess", get),
        .delete("/v1/hosts/{host}/processes/{pid}", "exitProcess", produces: [.json], exit),
        .put("/v1/hosts/{host}/processes/{pid}/rules", "putProcessRules") { call throws(Problem) in
            try changeRules(call, ["rules"]) { WordChange(replacing: "rules", $0) }
        },
        .patch("/v1/hosts/{host}/processes/{pid}/rules", "patchProcessRules") { call throws(Problem) in
            try changeRules(call, ["set", "clear"]) { WordChange(modifying: $0) }
        },
        .put("/v1/hosts/{host}/processes/{pid}/flags", "putProcessFlags") { call throws(Problem) in
            try changeFlags(call, ["flags"]) { WordChange(replacing: "flags", $0) }
        },
        .patch("/v1/hosts/{host}/processes/{pid}/flags", "patchProcessFlags") { call throws(Problem) in
            try changeFlags(call, ["set", "clear"]) { WordChange(modifying: $0) }
        },
        .put("/v1/hosts/{host}/processes/{pid}/command-line", "putCommandLine", putCommandLine),
        .get("/v1/hosts/{host}/boot-processes", "listBootProcesses", listBootProcesses),
    ]

    private static func list(_ call: Call) throws(Problem) {
        let (query, limit) = try call.read { parameters in
            let page = parameters.page()
            var query = ProcessSearch.Query()
            query.after = page.after.map(UInt32.init(clamping:))
            query.imageFileName = parameters.string("imageFileName", maxLength: 1024).map(ImageNamePattern.init)
            query.rules = parameters.bits("rule", of: ProcessRules.self) ?? []
            query.flags = parameters.bits("flag", of: ProcessFlags.self) ?? []
            return (query, page.limit)
        }
        let search = try call.host().driver.processSearch(query, limit: limit)
        call.api.machinery.slices.finish(search, whileWantedBy: call) { found in
            call.sendPage(found.items, hasMore: found.hasMore) { process, _ in
                String(process.identity.processId)
            } _: { json, process in
                process.write(to: &json)
            }
        }
    }

    private static func create(_ call: Call) throws(Problem) {
        let (explain, creation) = try call.read(ProcessCreation.members) {
            $0.explain()
        } _: { _, object in
            ProcessCreation(object)
        }
        let host = try call.host()
        call.api.machinery.slices.finish(host.driver.policyMatch(creation.imageFileName)) { grant in
            call.perform { () throws(Problem) in
                try driving { () throws(DriverError) in
                    try host.driver.createProcess(creation, grant: grant) { outcome in
                        answer(call, with: outcome, of: host, explain: explain)
                    }
                }
            }
        }
    }

    private static func answer(_ call: Call, with outcome: ProcessCreationOutcome, of host: Host, explain: Bool) {
        guard let process = outcome.process else {
            return call.reply.send { json in
                json.object { json in
                    json.member("created", false)
                    json.member("accessDenied", true)
                    outcome.routines.write(to: &json, explain: explain)
                }
            }
        }
        let location = "/v1/hosts/\(host.name)/processes/\(process.identity.processId)"
        call.reply.send(201, location: location) { json in
            json.object { json in
                json.member("created", true)
                json.member("process") { process.write(to: &$0) }
                outcome.routines.write(to: &json, explain: explain)
            }
        }
    }

    private static func get(_ call: Call) throws(Problem) {
        let processId: UInt32 = try call.read { $0.number("pid") }
        guard let process = try call.host().driver.process(processId) else {
            throw Problem(.unknownProcess(processId))
        }
        call.reply.send { process.write(to: &$0) }
    }

    private static func exit(_ call: Call) throws(Problem) {
        let (processId, explain) = try call.read { ($0.number("pid", as: UInt32.self), $0.explain()) }
        let host = try call.host()
        let routines = try driving { () throws(DriverError) in try host.driver.exitProcess(processId) }
        call.reply.send { json in json.object { routines.write(to: &$0, explain: explain) } }
    }

    private static func changeRules(
        _ call: Call, _ members: [StaticString], _ read: (JSONObject) -> WordChange<ProcessRules>?
    ) throws(Problem) {
        try change(call, members, read) { driver, processId, change throws(DriverError) in
            try driver.changeRules(of: processId, change)
        }
    }

    private static func changeFlags(
        _ call: Call, _ members: [StaticString], _ read: (JSONObject) -> WordChange<ProcessFlags>?
    ) throws(Problem) {
        try change(call, members, read) { driver, processId, change throws(DriverError) in
            try driver.changeFlags(of: processId, change)
        }
    }

    private static func change<Word>(
        _ call: Call, _ members: [StaticString], _ read: (JSONObject) -> WordChange<Word>?,
        _ apply: (Driver, UInt32, WordChange<Word>) throws(DriverError) -> ProcessContext
    ) throws(Problem) {
        let (processId, change) = try call.read(members) {
            $0.number("pid", as: UInt32.self)
        } _: {
            read($1)
        }
        let driver = try call.host().driver
        let process = try driving { () throws(DriverError) in try apply(driver, processId, change) }
        call.reply.send { process.write(to: &$0) }
    }

    private static func putCommandLine(_ call: Call) throws(Problem) {
        let (processId, commandLine) = try call.read(["commandLine"]) {
            $0.number("pid", as: UInt32.self)
        } _: { _, object in
            object.required("commandLine") { $0.string() }
        }
        let host = try call.host()
        let process = try driving { () throws(DriverError) in
            try host.driver.setCurrentCommandLine(of: processId, commandLine)
        }
        call.reply.send { process.write(to: &$0) }
    }

    private static func listBootProcesses(_ call: Call) throws(Problem) {
        let page = try call.read { $0.page() }
        let processes = try call.host().driver.bootProcesses
        call.sendPage(page, of: processes) { json, process in process.write(to: &json) }
    }
}
